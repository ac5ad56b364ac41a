#include <shikumi/nn/report/detail/page.hpp>

#include <shikumi/autograd/core/markup.hpp>

namespace shikumi::nn::detail {

using shikumi::detail::escaped_markup;

namespace {

constexpr std::string_view style_sheet = R"(
:root{color-scheme:light dark;--page:#f5f6f7;--card:#fff;--ink:#222;--faint:#5c6166;--rule:#e0e3e6}
@media(prefers-color-scheme:dark){:root{--page:#0e1013;--card:#16191d;--ink:#e4e6e8;--faint:#a2a8ae;
--rule:#2e3338}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1040px;padding:24px 16px 48px;background:var(--page);color:var(--ink);
font:15px/1.5 system-ui,'Helvetica Neue',Arial,'Noto Sans','DejaVu Sans',sans-serif}
h1{font-size:26px;line-height:1.2;margin:0;overflow-wrap:anywhere}h2{font-size:19px;margin:36px 0 12px}
p{margin:6px 0 12px;color:var(--faint)}a{color:inherit}
.card,details{background:var(--card);border:1px solid var(--rule);border-radius:8px;margin:0 0 12px;
overflow:auto}
.row{display:grid;gap:12px;grid-template-columns:repeat(auto-fit,minmax(min(100%,440px),1fr))}
.row{margin-bottom:12px}.row .card{margin:0;display:flex;justify-content:center;align-items:flex-start}
.row:has(>:only-child){grid-template-columns:1fr}
svg{max-width:100%;height:auto;display:block;margin:0 auto}
dl.figures{display:grid;gap:12px;margin:16px 0 0;
grid-template-columns:repeat(auto-fit,minmax(150px,1fr))}
dl.figures div{background:var(--card);border:1px solid var(--rule);border-radius:8px;
padding:10px 14px;display:flex;flex-direction:column-reverse;justify-content:flex-end}
dl.figures dd{margin:0;font-size:22px;font-weight:600;font-variant-numeric:tabular-nums;
white-space:nowrap}dl.figures dt{color:var(--faint);font-size:13px}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:7px 14px;vertical-align:top;
border-top:1px solid var(--rule)}tr:first-child>*{border-top:0}
th{font-weight:400;color:var(--faint);white-space:nowrap;width:1%}
pre{margin:0;padding:12px 14px;overflow:auto;font:13px/1.45 ui-monospace,'DejaVu Sans Mono',Menlo,
Consolas,monospace}summary{padding:9px 14px;cursor:pointer}
@media print{body{background:none;max-width:none}.card,details{break-inside:avoid}}
)";

}  // namespace

Page::Page(std::string_view title, std::string_view line) : title_(title) {
    body_ = "<header><h1>" + escaped_markup(title) + "</h1>\n<p>" + escaped_markup(line) +
            "</p></header>\n";
}

void Page::section(std::string_view heading) {
    if (in_section_) body_ += "</section>\n";
    in_section_ = true;
    body_ += "<section><h2>" + escaped_markup(heading) + "</h2>\n";
}

void Page::paragraph(std::string_view words) { body_ += "<p>" + escaped_markup(words) + "</p>\n"; }

void Page::figures(const std::vector<std::pair<std::string, std::string>>& figures) {
    body_ += "<dl class=\"figures\">\n";
    for (const auto& [name, value] : figures)
        body_ += "<div><dt>" + escaped_markup(name) + "</dt><dd>" + escaped_markup(value) +
                 "</dd></div>\n";
    body_ += "</dl>\n";
}

void Page::table(const std::vector<std::pair<std::string, std::string>>& rows) {
    body_ += "<div class=\"card\"><table>\n";
    for (const auto& [name, value] : rows)
        body_ += "<tr><th scope=\"row\">" + escaped_markup(name) + "</th><td>" +
                 escaped_markup(value) + "</td></tr>\n";
    body_ += "</table></div>\n";
}

void Page::pictures(const std::vector<plot::Svg>& pictures) {
    if (pictures.empty()) return;
    body_ += "<div class=\"row\">\n";
    for (const plot::Svg& picture : pictures)
        body_ += "<div class=\"card\">" + picture.text() + "</div>\n";
    body_ += "</div>\n";
}

void Page::text(std::string_view text, std::string_view folded_under) {
    const std::string words = "<pre>" + escaped_markup(text) + "</pre>";
    if (folded_under.empty())
        body_ += "<div class=\"card\">" + words + "</div>\n";
    else
        body_ += "<details><summary>" + escaped_markup(folded_under) + "</summary>" + words +
                 "</details>\n";
}

void Page::links(const std::vector<std::string>& files) {
    std::string list;
    for (const std::string& file : files)
        list += (list.empty() ? "" : ", ") + ("<a href=\"" + escaped_markup(file) + "\">") +
                escaped_markup(file) + "</a>";
    body_ += "<p>Beside this page: " + list + "</p>\n";
}

std::string Page::html() const {
    return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
           "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>" +
           escaped_markup(title_) + "</title>\n<style>" + std::string(style_sheet) +
           "</style>\n</head>\n<body>\n" + body_ + (in_section_ ? "</section>\n" : "") +
           "</body>\n</html>\n";
}

}  // namespace shikumi::nn::detail
