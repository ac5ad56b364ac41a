# Turns lines of `program workload threads metric value unit` into Markdown tables of medians, and into CSV in the file
# `csv`. `order` lists the programs in the order of the columns.

{
    key = $1 SUBSEP $2 SUBSEP $3 SUBSEP $4
    value[key, ++count[key]] = $5
    unit[$4] = $6
    has[$4, $1] = 1
    if (!(($2, $3) in row_seen)) {
        row_seen[$2, $3] = 1
        rows[++row_count] = $2 SUBSEP $3
    }
}

END {
    programs = split(order, program, " ")
    print "workload,threads,metric,unit,program,median,least,greatest,runs" > csv
    table("step", "A training step, us", 1)
    table("per_node", "A node, forward and backward, ns", 1)
    table("infer_1", "Inference, batch 1, samples/s", 1)
    table("infer_256", "Inference, batch 256, samples/s", 1)
    table("first", "From the start of the process to the first result, ms", 0)
    table("rss_peak", "Peak memory of the process, MiB", 0)
    table("allocations", "Allocations a step, once warm", 0)
    close(csv)
}

# The median of the values of `key`; also sets `least` and `greatest`.
function median(key,    n, i, j, v) {
    n = count[key]
    for (i = 2; i <= n; i++) {
        v = value[key, i]
        for (j = i - 1; j > 0 && value[key, j] + 0 > v + 0; j--) value[key, j + 1] = value[key, j]
        value[key, j + 1] = v
    }
    least = value[key, 1]
    greatest = value[key, n]
    return n % 2 ? value[key, (n + 1) / 2] : (value[key, n / 2] + value[key, n / 2 + 1]) / 2
}

# Three significant digits, or all digits before the point, with separators of thousands.
function number(x,    s, out) {
    if (x < 100) return sprintf("%.3g", x)
    s = sprintf("%.0f", x)
    out = ""
    while (length(s) > 3) {
        out = "," substr(s, length(s) - 2) out
        s = substr(s, 1, length(s) - 3)
    }
    return s out
}

function cell(text, width) { return sprintf(" %*s |", width, text) }

# One row for each workload and thread count that has `metric`. `ratios` adds the ratio of ours, the faster of recorded
# and captured, to each peer.
function table(metric, title, ratios,    r, p, parts, key, m, line, ours, ruler, better, name) {
    better = metric ~ /^infer/ ? -1 : 1   # a rate is better when it is larger
    line = "| workload | threads |"
    ruler = "|---|---:|"
    for (p = 1; p <= programs; p++) {
        if (!((metric, program[p]) in has)) continue
        line = line cell(program[p], 9)
        ruler = ruler "---:|"
    }
    for (p = 1; ratios && p <= programs; p++) {
        if (is_ours(program[p]) || !((metric, program[p]) in has)) continue
        line = line cell("ours/" program[p], 13)
        ruler = ruler "---:|"
    }
    name = 0
    for (r = 1; r <= row_count; r++) {
        split(rows[r], parts, SUBSEP)
        ours = ""
        for (p = 1; p <= programs; p++) {
            key = program[p] SUBSEP parts[1] SUBSEP parts[2] SUBSEP metric
            if (!(key in count)) continue
            m[p] = median(key)
            printf "%s,%s,%s,%s,%s,%s,%s,%s,%d\n", parts[1], parts[2], metric, unit[metric], program[p], m[p], least, greatest, count[key] > csv
            if (program[p] ~ /^(recorded|captured)$/ && (ours == "" || (ours - m[p]) * better > 0)) ours = m[p]
            if (!name++) printf "\n## %s\n\n%s\n%s\n", title, line, ruler
        }
        if (!any(m)) continue
        printf "| %-8s | %7s |", parts[1], parts[2]
        for (p = 1; p <= programs; p++)
            if ((metric, program[p]) in has) printf "%s", cell(p in m ? number(m[p]) : "", 9)
        for (p = 1; ratios && p <= programs; p++)
            if (!is_ours(program[p]) && (metric, program[p]) in has)
                printf "%s", cell(p in m && ours != "" ? sprintf("%.3g", ours / m[p]) : "", 13)
        print ""
        split("", m)
    }
}

function is_ours(name) { return name ~ /^(recorded|captured|fit)$/ }
function any(array,    k) {
    for (k in array) return 1
    return 0
}
