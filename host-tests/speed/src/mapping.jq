# The mapping in jq, by hand. $not_extension and $renamed are objects, given once.

def header: tostring
  | if contains("\\") then . / "\\" | join("\\\\") end
  | if contains("|") then . / "|" | join("\\|") end;

def value:
  if contains("\\") then . / "\\" | join("\\\\") end
  | if contains("=") then . / "=" | join("\\=") end
  | if contains("\n") then . / "\r" | join("") | . / "\n" | join("\\n") end;

if .log then .log | fromjson end
| (.event_name // .event // .name) as $name
| (.event_id // .eventId // .id // $name) as $id
| if $id == null then empty end
| (.version // .product_version // "unknown") as $version
| reduce (
    (.host // .hostname | select(. != null and . != "") | "dvchost=" + value),
    (.origin | select(. != null and . != "") | "cat=" + value),
    (.extensions // . | keys_unsorted[] as $key
      | select($not_extension[$key] == null)
      | .[$key]
      | select(. != null and . != "" and . != "-")
      | ($renamed[$key] // $key) + "=" + (tostring | value))
  ) as $pair (
    "CEF:0|MT4|" + (if $version | startswith("4") then "Segura" else "senhasegura" end) + "|" + ($version | header)
      + "|" + ($id | header) + "|" + ($name // $id | header) + "|" + (.severity // 5 | tostring) + "|";
    if endswith("|") then . + $pair else . + " " + $pair end
  )
