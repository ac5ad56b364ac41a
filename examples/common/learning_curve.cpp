#include "learning_curve.hpp"

#include "charts.hpp"
#include "files.hpp"

namespace examples {

std::vector<std::filesystem::path> write_learning_curve(const shikumi::nn::History& history,
                                                        const std::filesystem::path& folder,
                                                        const std::string& name) {
    std::vector<std::filesystem::path> written;
    for (const std::string measure : {"loss", "accuracy"}) {
        LineChart chart{name + ": " + measure, "epoch", measure, {}};
        for (const auto& [key, label] :
             {std::pair{measure, "training"}, std::pair{"val_" + measure, "held out"}}) {
            const auto found = history.history.find(key);
            if (found != history.history.end()) chart.series.push_back({label, found->second});
        }
        if (chart.series.empty()) continue;
        written.push_back(folder / (name + "-" + measure + ".svg"));
        write_file(written.back(), svg(chart));
    }
    return written;
}

}  // namespace examples
