/** How records are read and lines are written. Every option may be omitted: the defaults suit senhasegura records as they are. */
export interface Config {
    /**
     * The format of the lines.
     *
     * - `cef`: Common Event Format.
     * - `rfc5424`: Syslog Protocol, RFC 5424.
     * - `sensage`: The project's own layout for Sensage.
     *
     * @defaultValue `"cef"`
     */
    format?: "cef" | "rfc5424" | "sensage";
    /**
     * How lines are separated. Has no effect in hosts that take lines one by one, nor in the command's modes `one-to-one` and `rsyslog`.
     *
     * - `newline`: A line feed after each line.
     * - `octet-counting`: The number of bytes and a space before each line, as in syslog over TCP and TLS.
     * - `nul`: A zero byte after each line.
     * - `none`: Nothing, for one record per call.
     *
     * @defaultValue `"newline"`
     */
    framing?: "newline" | "octet-counting" | "nul" | "none";
    /**
     * JSON Pointer (RFC 6901) to the record inside each object: an object, an array of records, or a string with the text of one, such as JSON or CEF. The empty pointer is the object itself. Without this option, the record is looked for.
     *
     * It is found as the object itself, as what a parser made of it, or as a text or an object inside. If it has no time or host, those around it are used. See `src/record/dialects.md`.
     *
     * For example, `"/message"` or `"/event/original"`.
     */
    record?: string | null;
    /**
     * What is read.
     *
     * - `auto`: Records of senhasegura's own shape, CEF, syslog, and what parsers make of them.
     * - `own`: JSON records of senhasegura's own shape, and nothing else.
     *
     * @defaultValue `"auto"`
     */
    input?: "auto" | "own";
    /**
     * The time zone of times without an offset: `Z`, `UTC`, or an offset such as `-03:00`. Names such as `America/Sao_Paulo` are refused.
     *
     * For example, `"-03:00"`.
     *
     * @defaultValue `"Z"`
     */
    timezone?: string;
    /**
     * The name of the field that holds the time; it is tried before all others. For a field around the record, or of an object of another dialect, its path, such as `event.created`.
     *
     * At most 128 characters.
     */
    time_field?: string | null;
    /**
     * What to do with events that the catalog does not hold.
     *
     * - `write`: Write them with their own id, name and severity.
     * - `reject`: Reject them.
     *
     * @defaultValue `"write"`
     */
    unknown_events?: "write" | "reject";
    /**
     * What to do with fields that are documented neither for the event nor for all events.
     *
     * - `keep`: Write them after the documented ones.
     * - `drop`: Drop and count them.
     *
     * @defaultValue `"keep"`
     */
    extra_fields?: "keep" | "drop";
    /**
     * The keys of a CEF extension.
     *
     * - `vendor`: The vendor's own, which rules and parsers made for the appliance's CEF expect.
     * - `dictionary`: Those of the CEF dictionary, each with a value of its type. All others become `MT4Senhasegura<Key>`.
     *
     * @defaultValue `"vendor"`
     */
    keys?: "vendor" | "dictionary";
    /**
     * The header before CEF.
     *
     * - `none`: No header.
     * - `rfc3164`: The header of RFC 3164, with a tag.
     * - `rfc5424`: The header of RFC 5424, with CEF as its MSG.
     *
     * @defaultValue `"none"`
     */
    carrier?: "none" | "rfc3164" | "rfc5424";
    /**
     * Whether to replace `\`, `|` and `=` in the CEF header with `/`, `/` and `:`, for receivers that do not unescape it.
     *
     * @defaultValue `false`
     */
    safe_header?: boolean;
    /**
     * CEF Device Vendor.
     *
     * At most 63 characters.
     *
     * @defaultValue `"MT4"`
     */
    device_vendor?: string;
    /**
     * CEF Device Product, RFC 5424 APP-NAME and RFC 3164 TAG. Without it, `Segura` for records whose product version is 4 or later, `senhasegura` for others.
     *
     * At most 63 characters.
     */
    device_product?: string | null;
    /**
     * CEF Device Version of records that give none.
     *
     * At most 31 characters.
     *
     * @defaultValue `"unknown"`
     */
    device_version?: string;
    /**
     * The facility of RFC 5424 (section 6.2.1) and RFC 3164.
     *
     * From 0 to 23.
     *
     * @defaultValue `1`
     */
    facility?: number;
    /**
     * RFC 5424 SD-ID (section 6.3.2): a lower-case name, `@` and your enterprise number. The number in the default is reserved for examples.
     *
     * At most 32 characters.
     *
     * @defaultValue `"senhasegura@32473"`
     */
    sd_id?: string;
    /**
     * Whether to write a byte order mark before RFC 5424 MSG (section 6.4). Many receivers read it as part of the text.
     *
     * @defaultValue `false`
     */
    bom?: boolean;
    /**
     * The content of RFC 5424 MSG.
     *
     * - `text`: The field `msg`, or the name of the event if there is none.
     * - `cef`: The event as CEF, beside the structured data.
     *
     * @defaultValue `"text"`
     */
    msg?: "text" | "cef";
    /**
     * The maximum length of a line in bytes, with its framing. Fields are dropped and values are cut to fit.
     *
     * From 200 to 67108864. For example, `1024` or `2048`.
     *
     * @defaultValue `8192`
     */
    max_bytes?: number;
    /**
     * The key of the line in Fluent Bit's records, which must not be `siem_error`. Has no effect elsewhere.
     *
     * At most 128 characters.
     *
     * @defaultValue `"message"`
     */
    line_key?: string;
    /**
     * What to pass on beside the line: `severity` (0 to 10), `syslog_severity` (0 to 7), `host`, `id`, `name`, `kind`, `time`, or the name of a field. Fluent Bit gets it as fields of the record, Redpanda Connect and Bento as metadata, rsyslog as `$!siem_kept`; it has no effect elsewhere.
     *
     * `host` and `id` are as in the header of RFC 5424, `time` as in RFC 3339, `kind` is the name in the catalog. All are texts without control characters, cut to 1024 bytes. What the event does not have is omitted, except in metadata, where it is empty. In Fluent Bit, a name equal to `line_key` has no effect: the line has that key.
     *
     * At most 32 items. For example, `["severity","host","suser"]`.
     *
     * @defaultValue `[]`
     */
    keep?: string[];
    /**
     * What to replace with `[redacted]`: `secrets` (in any text, what follows `--password`, `PGPASSWORD=`, `Authorization:` and the like, and private keys), or the name of a field (its whole value), except for one that describes the event as a whole, such as `severity`.
     *
     * Rejected records are passed on as they came.
     *
     * At most 32 items. For example, `["secrets"]` or `["secrets","cs1"]`.
     *
     * @defaultValue `[]`
     */
    redact?: string[];
    /**
     * What to do with characters that are invisible or change the direction of text.
     *
     * - `keep`: Write them.
     * - `replace`: Write U+FFFD in place of each, and count the values that have any.
     *
     * @defaultValue `"keep"`
     */
    invisible?: "keep" | "replace";
    /**
     * What to do with rejected records in Fluent Bit, Envoy and Redpanda. Has no effect elsewhere.
     *
     * - `keep`: Pass them on with the reason in `siem_error`.
     * - `drop`: Drop them.
     * - `refuse`: Refuse the whole request that they came in, and answer with the reasons. Only Envoy can; elsewhere, this acts as `keep`.
     *
     * @defaultValue `"keep"`
     */
    rejected?: "keep" | "drop" | "refuse";
    /**
     * The maximum length of a record in bytes.
     *
     * From 64 to 67108864.
     *
     * @defaultValue `1048576`
     */
    max_record_bytes?: number;
    /**
     * The maximum nesting of objects and arrays in a record, including the record.
     *
     * From 2 to 128.
     *
     * @defaultValue `64`
     */
    max_depth?: number;
    /**
     * The maximum number of fields in a record, including those inside `extensions`.
     *
     * From 1 to 1024.
     *
     * @defaultValue `256`
     */
    max_fields?: number;
}
