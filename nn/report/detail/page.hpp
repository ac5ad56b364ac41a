// Page: an HTML document that needs nothing but itself.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shikumi/plot/svg.hpp>

namespace shikumi::nn::detail {

/// An HTML document, light or dark as the reader's screen is: no script, and nothing is fetched.
class Page {
public:
    /// A document with a heading and a line below it.
    Page(std::string_view title, std::string_view line);

    /// Begins a section.
    void section(std::string_view heading);
    /// A sentence.
    void paragraph(std::string_view words);
    /// Names with values, as large numbers beside each other.
    void figures(const std::vector<std::pair<std::string, std::string>>& figures);
    /// Names with values below each other.
    void table(const std::vector<std::pair<std::string, std::string>>& rows);
    /// Pictures beside each other, where there is room.
    void pictures(const std::vector<plot::Svg>& pictures);
    /// Text in which all letters are equally wide, which may be folded away under a heading.
    void text(std::string_view text, std::string_view folded_under = {});
    /// Links to files beside the document.
    void links(const std::vector<std::string>& files);
    /// The document.
    std::string html() const;

private:
    std::string title_, body_;
    bool in_section_ = false;
};

}  // namespace shikumi::nn::detail
