#include <shikumi/autograd/core/nearest_names.hpp>

#include <algorithm>
#include <cctype>
#include <numeric>
#include <utility>

#include <shikumi/autograd/core/error.hpp>

namespace shikumi::detail {

namespace {

std::string letters(std::string_view name) {
    std::string out;
    for (const char c : name) {
        if (c != '_') out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    return out;
}

// Levenshtein's distance.
std::size_t edits(const std::string& a, const std::string& b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t changed = diagonal + (a[i] != b[j]);
            diagonal = row[j + 1];
            row[j + 1] = std::min({changed, row[j] + 1, diagonal + 1});
        }
    }
    return row.back();
}

// Of names that differ in case and underscores alone, the first.
std::vector<std::string_view> words(std::span<const std::string_view> names) {
    std::vector<std::string> seen;
    std::vector<std::string_view> firsts;
    for (const std::string_view name : names) {
        std::string spelled = letters(name);
        if (std::ranges::count(seen, spelled) > 0) continue;
        seen.push_back(std::move(spelled));
        firsts.push_back(name);
    }
    return firsts;
}

std::string quoted(std::span<const std::string_view> names, std::string_view last) {
    std::string out;
    for (std::size_t i = 0; i < names.size(); ++i) {
        out += i == 0 ? "" : i + 1 == names.size() ? std::string(last) : ", ";
        out += "'" + std::string(names[i]) + "'";
    }
    return out;
}

}  // namespace

std::vector<std::string_view> nearest_names(std::string_view wrong,
                                            std::span<const std::string_view> known) {
    struct Candidate {
        std::size_t distance;
        std::string spelled;
        std::string_view name;
    };
    const std::string meant = letters(wrong);
    std::vector<Candidate> candidates;
    for (const std::string_view name : known) {
        std::string spelled = letters(name);
        const std::size_t distance = edits(meant, spelled);
        const bool seen = std::ranges::count(candidates, spelled, &Candidate::spelled) > 0;
        if (!seen && 2 * distance < std::max(meant.size(), spelled.size()))
            candidates.push_back({distance, std::move(spelled), name});
    }
    std::ranges::stable_sort(candidates, {}, &Candidate::distance);
    std::vector<std::string_view> names;
    for (std::size_t i = 0; i < std::min<std::size_t>(candidates.size(), 3); ++i)
        names.push_back(candidates[i].name);
    return names;
}

void refuse_name(std::string_view who, std::string_view wrong,
                 std::span<const std::string_view> known) {
    constexpr std::size_t most_listed = 40;
    const std::vector<std::string_view> near = nearest_names(wrong, known);
    const std::string guess = near.empty() ? "" : ": did you mean " + quoted(near, " or ") + "?";
    const bool listed = near.empty() || known.size() <= most_listed;
    fail<ValueError>(
        who, "there is no '", wrong, "'", guess,
        listed ? (near.empty() ? "; known are " : " Known are ") + quoted(words(known), " and ")
               : std::string());
}

}  // namespace shikumi::detail
