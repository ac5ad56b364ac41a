// Whatever can be compiled into a model can be saved with it: optimisers, schedules, losses and
// metrics are in the tables of configurations, and their options are stated by name.
#pragma once

#include "source_tree.hpp"

namespace shikumi_test {

// Each optimiser, schedule, loss and metric of a public header is in its table.
Complaints tables_are_whole(const Tree& tree);

// Each member of an options struct is in its visit_fields.
Complaints options_are_stated(const Tree& tree);

}  // namespace shikumi_test
