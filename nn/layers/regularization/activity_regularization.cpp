#include <shikumi/nn/layers/regularization/activity_regularization.hpp>

namespace shikumi::nn {

void visit_fields(auto& fields, FieldsOf<ActivityRegularizationOptions> auto& o) {
    fields("l1", o.l1)("l2", o.l2);
}

Config ActivityRegularization::get_config() const { return ConfigWriter().fields(options_); }

ActivityRegularization ActivityRegularization::from_config(ConfigReader& config) {
    return ActivityRegularization(config.fields<ActivityRegularizationOptions>());
}

}  // namespace shikumi::nn
