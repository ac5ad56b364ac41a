// LambdaCallback: a callback made of functions.
#pragma once

#include <functional>

#include <shikumi/nn/callbacks/callback.hpp>

namespace shikumi::nn {

/// The functions of a LambdaCallback, in Keras's order; those that are missing do nothing.
struct LambdaCallbackOptions {
    using Function = std::function<void(Run&)>;          ///< what a hook calls
    Function on_epoch_begin = {};                        ///< see Hooks
    Function on_epoch_end = {};                          ///< see Hooks
    Function on_train_begin = {};                        ///< see Hooks
    Function on_train_end = {};                          ///< see Hooks
    Function on_train_batch_begin = {};                  ///< see Hooks
    Function on_train_batch_end = {};                    ///< see Hooks
    Function on_test_begin = {};                         ///< see Hooks
    Function on_test_end = {};                           ///< see Hooks
    Function on_test_batch_begin = {};                   ///< see Hooks
    Function on_test_batch_end = {};                     ///< see Hooks
    Function on_predict_begin = {};                      ///< see Hooks
    Function on_predict_end = {};                        ///< see Hooks
    Function on_predict_batch_begin = {};                ///< see Hooks
    Function on_predict_batch_end = {};                  ///< see Hooks
    std::function<void(StateFields&)> visit_state = {};  ///< see Hooks
};

/// Calls functions at the hooks that they are given for.
class LambdaCallback : public Callback {
public:
    /// A callback of these functions.
    explicit LambdaCallback(const LambdaCallbackOptions& functions);
};

}  // namespace shikumi::nn
