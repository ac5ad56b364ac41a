// SVG documents, read by a parser of XML that isn't ours.
#pragma once

#include <sstream>
#include <string>
#include <vector>

#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>

namespace shikumi_test {

struct SvgElement {
    std::string name, words;  // words: the text inside, without that of its <title>
    boost::property_tree::ptree attributes;
    double offset_x = 0, offset_y = 0;  // of the groups around it

    std::string operator[](const char* attribute) const {
        return attributes.get<std::string>(attribute, "");
    }
    double number(const char* attribute) const { return attributes.get<double>(attribute, 0); }
};

inline void collect(const boost::property_tree::ptree& tree, double x, double y,
                    std::vector<SvgElement>& all) {
    for (const auto& [name, child] : tree) {
        if (name == "<xmlattr>" || name == "<xmlcomment>") continue;
        all.push_back({name, child.data(), child.get_child("<xmlattr>", {}), x, y});
        double inner_x = x, inner_y = y;
        const std::string moved = all.back()["transform"];
        if (name == "g" && moved.rfind("translate(", 0) == 0) {
            char comma = 0;
            double dx = 0, dy = 0;
            std::istringstream(moved.substr(10)) >> dx >> comma >> dy;
            inner_x += dx;
            inner_y += dy;
        }
        collect(child, inner_x, inner_y, all);
    }
}

// All elements in order. Throws boost::property_tree::xml_parser_error where it isn't XML.
inline std::vector<SvgElement> elements(const std::string& document) {
    std::istringstream in(document);
    boost::property_tree::ptree tree;
    boost::property_tree::read_xml(in, tree);
    std::vector<SvgElement> all;
    collect(tree, 0, 0, all);
    return all;
}

// Those of a name whose class begins so.
inline std::vector<SvgElement> elements(const std::string& document, const std::string& name,
                                        const std::string& look = {}) {
    std::vector<SvgElement> some;
    for (const SvgElement& e : elements(document))
        if (e.name == name && e["class"].rfind(look, 0) == 0) some.push_back(e);
    return some;
}

}  // namespace shikumi_test
