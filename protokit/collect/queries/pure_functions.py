"""What a query may call: functions that depend on their arguments and the rows alone, of all databases.

Whatever is not here may read files, reach other servers, run a text as SQL, or tell of the server's settings.
"""

from __future__ import annotations

from sqlglot import exp

from protokit.grammar import sql_functions


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# as sqlglot calls those that it knows
_KNOWN = _names(
    """
    abs acos acosh addmonths and anyvalue approxdistinct approxquantile approxquantiles argmax argmin array arrayagg
    arrayall arrayany arrayappend arraycompact arrayconcat arrayconcatagg arraycontainedby arraycontains
    arraycontainsall arraydistinct arrayexcept arrayfilter arrayfirst arrayintersect arraylast arraymax arraymin
    arrayoverlaps arrayposition arrayprepend arrayremove arrayreverse arraysize arrayslice arraysort arraysum
    arraytostring arrayuniqueagg ascii asin asinh atan atan2 atanh avg base64decodebinary base64decodestring
    base64encode bitlength bitwiseandagg bitwisecount bitwiseoragg bitwisexoragg booland boolnot boolor boolxoragg
    bytelength case cast casttostrtype cbrt ceil chr coalesce collate concat concatws contains convert converttimezone
    converttocharset corr cos cosh cot coth count countif covarpop covarsamp cumedist currentcatalog currentdate
    currentdatetime currentschema currenttime currenttimestamp currenttimestampltz currentuser date dateadd datebin
    datediff datefromparts datefromunixdate datestrtodate datesub datetime datetimeadd datetimediff datetimesub
    datetimetrunc datetodatestr datetodi datetrunc day dayname dayofmonth dayofweek dayofweekiso dayofyear decode
    decodecase degrees denserank ditodate dotproduct elt encode endswith equalnull euclideandistance exists exp explode
    explodinggenerateseries extract factorial first firstvalue flatten floor format fromiso8601date
    fromiso8601timestamp generatedatearray generateseries generatetimestamparray greatest groupconcat grouping
    groupingid hex hour if initcap inline isarray isascii isinf isnan isnullvalue jarowinklersimilarity jsonarray
    jsonarrayagg jsonarraycontains jsonbcontains jsonbcontainsalltopkeys jsonbcontainsanytopkeys jsonbcontainstopkey
    jsonbdeleteatpath jsonbexists jsonbextract jsonbextractscalar jsonbobjectagg jsonbpathexists jsoncast jsonexists
    jsonextract jsonextractarray jsonextractscalar jsonformat jsonkeys jsonobject jsonobjectagg jsonremove jsonset
    jsonstripnulls jsontable jsontype jsonvaluearray justifydays justifyhours justifyinterval kurtosis lag last lastday
    lastvalue lead least left length levenshtein list ln localtime localtimestamp log logicaland logicalor lower
    lowerhex makeinterval map mapfromentries mapkeys mapsize matchagainst max md5 md5digest median min minute mode
    month monthname monthsbetween nanvl negative nextday normalize nthvalue ntile nullif numbertostr nvl2 objectagg
    openjson or overlay pad parsejson percentilecont percentiledisc percentrank pi posexplode pow previousday quantile
    quarter radians rand randn rank regexpcount regexpextract regexpextractall regexpfullmatch regexpilike regexpinstr
    regexplike regexpreplace regexpsplit regexpsubstr regravgx regravgy regrcount regrintercept regrr2 regrslope
    regrsxx regrsxy regrsyy regrvalx regrvaly repeat replace reverse right rint round rownumber safeadd safedivide
    safemultiply safenegate safesubtract sec sech second sha sha1digest sha2 sha2digest sign sin sinh skewness soundex
    space split splitpart sqrt startswith stddev stddevpop stddevsamp strposition strtodate strtotime strtounix struct
    structextract stuff substring substringindex sum tan tanh time timeadd timediff timefromparts timeslice timestamp
    timestampadd timestampdiff timestampfromparts timestampsub timestamptrunc timestrtodate timestrtotime timesub
    timetostr timetotimestr timetounix timetrunc toarray tobase64 toboolean tochar todays todouble tonumber translate
    trim trunc trycast tsordsadd tsordsdiff tsordstodate tsordstodatestr tsordstodatetime tsordstotime
    tsordstotimestamp typeof unhex unicode unixdate unixmicros unixmillis unixseconds unixtostr unixtotime
    unixtotimestr unnest upper utcdate utctime utctimestamp uuid variance variancepop week weekofyear weekstart
    widthbucket xmlelement xmltable xor year yearofweek yearofweekiso
    """
)
# of those that sqlglot does not know in some dialect
_OTHERS = _names(
    """
    abs acosd add_months adddate addtime age array_append array_cat array_dims array_fill array_length array_lower
    array_ndims array_positions array_prepend array_remove array_replace array_to_json array_to_string array_upper
    asind atan2d atand avg avgif bin bit bit_count bit_length bool_and bool_or btrim cardinality cast char
    char_length character_length charindex choose clock_timestamp conv convert_from convert_to convert_tz cosd cotd
    countif crc32 cume_dist curdate curtime datalength date_add date_bin date_format date_subtract datediff_big
    datefromparts datename daterange datetime decode div encode eomonth erf erfc every export_set field find_in_set
    formatdatetime from_base64 from_days from_unixtime gamma gen_random_uuid generate_series generate_subscripts
    get_bit get_byte get_format getdate getutcdate grouping hex iff iif inet6_aton inet6_ntoa inet_aton inet_ntoa
    insert instr int4range int8range isdate isempty isfinite isnull isnumeric json json_agg json_agg_strict
    json_array json_array_elements json_array_elements_text json_array_length json_arrayagg json_build_array
    json_build_object json_contains json_contains_path json_depth json_each json_each_text json_error_position
    json_extract json_extract_path json_extract_path_text json_group_array json_group_object json_insert json_keys
    json_length json_merge_patch json_merge_preserve json_object json_object_agg json_object_keys json_overlaps
    json_patch json_populate_record json_populate_recordset json_pretty json_quote json_remove json_replace
    json_scalar json_search json_serialize json_set json_strip_nulls json_table json_to_record json_to_recordset
    json_tree json_type json_typeof json_unquote json_valid json_value jsonb jsonb_agg jsonb_array_elements
    jsonb_array_elements_text jsonb_array_length jsonb_build_array jsonb_build_object jsonb_each jsonb_each_text
    jsonb_extract jsonb_extract_path jsonb_extract_path_text jsonb_insert jsonb_object jsonb_object_agg
    jsonb_object_keys jsonb_path_exists jsonb_path_exists_tz jsonb_path_match jsonb_path_query
    jsonb_path_query_array jsonb_path_query_first jsonb_pretty jsonb_set jsonb_strip_nulls jsonb_to_record
    jsonb_to_recordset jsonb_typeof julianday justify_days lcase len lgamma likelihood likely listagg lnnvl locate
    log10 log2 lower lower_inc lower_inf lpad ltrim make_date make_interval make_set make_time make_timestamp
    make_timestamptz makedate maketime maxif microsecond mid min_scale minif months_between nchar now nullif
    num_nonnulls num_nulls numrange nvl nvl2 octet_length ord parse_ident patindex percentile_cont percentile_disc
    period_add period_diff pg_column_size pg_typeof phraseto_tsquery plainto_tsquery position power printf
    quantileexact quantiletiming quote quote_ident quote_literal quote_nullable quotename random range_agg
    range_merge regexp_count regexp_instr regexp_like regexp_match regexp_matches regexp_replace
    regexp_split_to_array regexp_split_to_table regexp_substr remainder replicate round row row_to_json rownum rtrim
    scale sec_to_time setweight sha1 sha224 sha256 sha384 sha512 sign similarity sind split_part statement_timestamp
    std stdev stdevp str str_to_date strcmp strftime string_agg string_split string_to_array string_to_table strip
    strpos strtod subdate substr subtime sumif sysdate sysdatetime systimestamp sysutcdatetime tand time_format
    time_to_sec timediff timezone to_ascii to_base64 to_char to_date to_days to_hex to_json to_jsonb to_number
    to_seconds to_timestamp to_tsquery to_tsvector todate todatetime todayofweek tofloat64 tohour toint32 toint64
    tomonth tostartofday tostartofhour tostartofmonth tostartofweek tostartofyear tostring total toyear
    transaction_timestamp trim_array trim_scale ts_headline ts_rank ts_rank_cd tsrange tstzrange typeof ucase
    unaccent unhex unicode uniq uniqexact unistr unix_timestamp unixepoch unlikely upper upper_inc upper_inf
    utc_date utc_time utc_timestamp uuid uuid_generate_v4 var variance varp websearch_to_tsquery weekday wm_concat
    xmlagg xmlconcat xmlforest xpath xpath_exists yearweek zeroblob
    """
)
_OF_EXPRESSIONS = sql_functions.FUNCTIONS | sql_functions.AGGREGATES | sql_functions.WINDOWS | sql_functions.ORDERED


def _called() -> frozenset[str]:
    classes = [one for one in exp.ALL_FUNCTIONS if one.key in _KNOWN]
    return frozenset(str(name).lower() for one in classes for name in one.sql_names()) | _OTHERS | _OF_EXPRESSIONS


_CALLED = _called()


def is_pure(node: exp.Func, dialect: str) -> bool:
    """Whether a function that a query calls is one of these."""
    if isinstance(node, (exp.Anonymous, exp.AnonymousAggFunc)):
        name = name_of(node).lower()
        return name in _CALLED or (name == "glob" and dialect == "sqlite")  # a table of files elsewhere
    return node.key in _KNOWN


def name_of(node: exp.Func) -> str:
    """How a query calls a function."""
    if isinstance(node, (exp.Anonymous, exp.AnonymousAggFunc)):
        return node.name
    return str(type(node).sql_names()[0]).lower()
