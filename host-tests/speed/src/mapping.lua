-- The mapping in Lua, by hand: what Fluent Bit's filter `lua` calls for each record, which it passes as a table.

local find, gsub, concat, sub = string.find, string.gsub, table.concat, string.sub

local not_extension = {}
for key in
  ("event_id eventId id event_name event name version product_version severity priority host hostname "
    .. "time timestamp date @timestamp origin extensions"):gmatch("%S+")
do
  not_extension[key] = true
end
local renamed = {
  dposrt = "dpt",
  dport = "dpt",
  Method = "requestMethod",
  ServiceName = "sourceServiceName",
  Cs6 = "cs6Label",
  Cs7 = "cs6",
}
local escapes = { ["\\"] = "\\\\", ["="] = "\\=", ["\n"] = "\\n", ["\r"] = "" }

local function header(text)
  if find(text, "[\\|]") then
    return (gsub(text, "[\\|]", "\\%0"))
  end
  return text
end

local function value(text)
  if find(text, "[\\=\r\n]") then
    return (gsub(text, "[\\=\r\n]", escapes))
  end
  return text
end

function cef(tag, timestamp, record)
  local name = record.event_name or record.event or record.name
  local id = record.event_id or record.eventId or record.id or name
  if not id then
    return -1, timestamp, record
  end
  id = header(tostring(id))
  local version = record.version or record.product_version or "unknown"
  local parts, last = {
    "CEF:0|MT4|", sub(version, 1, 1) == "4" and "Segura|" or "senhasegura|", header(version), "|", id, "|",
    name and header(name) or id, "|", record.severity or 5, "|",
  }, 10
  local space = ""
  local host = record.host or record.hostname
  if host and host ~= "" then
    parts[11], parts[12], last, space = "dvchost=", value(host), 12, " "
  end
  local origin = record.origin
  if origin and origin ~= "" then
    parts[last + 1], parts[last + 2], parts[last + 3] = space, "cat=", value(origin)
    last, space = last + 3, " "
  end
  for key, text in pairs(record.extensions or record) do
    if not not_extension[key] and text ~= "" and text ~= "-" then
      parts[last + 1], parts[last + 2], parts[last + 3] = space, renamed[key] or key, "="
      parts[last + 4] = type(text) == "string" and value(text) or tostring(text)
      last, space = last + 4, " "
    end
  end
  return 2, timestamp, { message = concat(parts, "", 1, last) }
end
