// An explanation as a page.
#include <shikumi/autograd/core/markup.hpp>
#include <shikumi/autograd/core/new_file.hpp>
#include <shikumi/autograd/explain/detail/notation.hpp>
#include <shikumi/autograd/explain/detail/value_lines.hpp>
#include <shikumi/autograd/explain/explain.hpp>

namespace shikumi {

using detail::escaped_markup;

namespace {

constexpr std::string_view style_sheet = R"(
:root{color-scheme:light dark;--page:#fbfaf7;--ink:#1d2024;--faint:#6a6f76;--rule:#dcd9d2;
--forward:#0b5c99;--backward:#a8480b;--given:#f1efe8}
@media(prefers-color-scheme:dark){:root{--page:#101214;--ink:#e8e6e1;--faint:#9b9fa6;
--rule:#33373c;--forward:#7cc0f4;--backward:#f5a765;--given:#1a1d20}}
*{box-sizing:border-box}
body{margin:0 auto;padding:28px 28px 48px;width:fit-content;min-width:min(100%,980px);
background:var(--page);color:var(--ink);
font:18px/1.45 system-ui,'Helvetica Neue',Arial,'Noto Sans','DejaVu Sans',sans-serif}
h1{font-size:30px;line-height:1.2;margin:0 0 4px}p{margin:0 0 18px;color:var(--faint)}
i,.rule,.local{font-family:'STIX Two Text','Latin Modern Math','Cambria Math','Noto Serif',
'DejaVu Serif',Georgia,serif}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:9px 22px 9px 0;border-top:1px solid var(--rule)}
th:first-child,td:first-child{padding-left:14px}
thead th{border-top:0;border-bottom:2px solid var(--ink);font-size:16px;white-space:nowrap}
.rule{font-size:21px;white-space:nowrap}.local{color:var(--faint);white-space:nowrap;
padding-left:22px;font-size:18px}
pre{margin:0;font:17px/1.4 ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace}
.forward,.forward pre{color:var(--forward)}.backward,.backward pre,.backward .rule{
color:var(--backward)}.backward .rule{font-size:18px}
.given{background:var(--given)}.differences pre{color:var(--faint);padding-top:26px}
tr:last-child td{border-bottom:2px solid var(--ink)}tr:last-child pre{font-weight:700}
@media print{body{padding:0}tr{break-inside:avoid}}
)";

std::string numbers(const Tensor& x) {
    std::string lines;
    for (const std::string& line : detail::value_lines(x)) lines += line + "\n";
    return "<pre>" + escaped_markup(lines) + "</pre>";
}

std::string formula(std::string_view look, const std::string& text) {
    return "<div class=\"" + std::string(look) + "\">" + escaped_markup(text) + "</div>";
}

std::string html_row(const Explanation::Step& step) {
    const bool leaf = step.rule.empty();
    std::string row = leaf ? "<tr class=\"given\"><td>" : "<tr><td>";
    row += formula("rule", leaf ? step.name : step.rule);
    for (const std::string& local : step.locals) row += formula("local", local);
    row += "</td><td class=\"forward\">" + numbers(step.value) + "</td><td class=\"backward\">";
    if (step.adjoint.defined()) row += formula("rule", step.adjoint_rule) + numbers(step.adjoint);
    row += "</td><td class=\"differences\">";
    if (step.difference.defined()) row += numbers(step.difference);
    return row + "</td></tr>\n";
}

}  // namespace

std::string Explanation::html() const {
    const std::string name = escaped_markup(result().name), heading = escaped_markup(title);
    std::string page =
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>" +
        heading + "</title>\n<style>" + std::string(style_sheet) + "</style>\n</head>\n<body>\n" +
        "<h1>" + heading + "</h1>\n<p>Values from top to bottom, adjoints from bottom to top: <i>" +
        detail::delta("v") + "</i> is <i>∂" + name + "/∂v</i>.</p>\n" +
        "<table>\n<thead><tr><th>step</th><th class=\"forward\">value ↓</th>"
        "<th class=\"backward\">adjoint ↑</th><th>by differences</th></tr></thead>\n<tbody>\n";
    for (const Step& step : steps) page += html_row(step);
    return page + "</tbody>\n</table>\n</body>\n</html>\n";
}

void Explanation::write_html(const std::string& file) const {
    detail::NewFile page("explain", file);
    page.write(html());
    page.keep();
}

}  // namespace shikumi
