// TensorBoard: Keras's callback that writes a training down for TensorBoard.
#pragma once

#include <string>

#include <shikumi/nn/callbacks/callback.hpp>

namespace shikumi::nn {

/// What TensorBoard can be given.
struct TensorBoardOptions {
    int histogram_freq = 0;     ///< epochs from one histogram of the weights to the next; 0: none
    bool write_graph = true;    ///< the operations of the model, in folders by layers
    bool write_images = false;  ///< the weights as pictures, with each histogram
    bool write_steps_per_second = false;  ///< the speed of each epoch
    Index update_freq = 0;  ///< batches from one number of a batch to the next; 0: epochs alone
};

/// Writes event files for TensorBoard, which `tensorboard --logdir FOLDER` shows: the logs of each
/// epoch as "epoch_loss", …, and the learning rate, in the folder "train"; those of the validation
/// in "validation", with "evaluation_loss_vs_iterations" over the steps of the optimiser. Tags are
/// Keras's. A weight's picture goes from its smallest value, dark, to its largest; a matrix lies
/// with its longer side across. Needs protozero.
class TensorBoard : public Callback {
public:
    /// Writes into this folder, which is made if need be. Throws ValueError for a negative number.
    /// Training throws IoError where files can't be written, and where the library was built
    /// without protozero.
    explicit TensorBoard(std::string log_dir = "logs", const TensorBoardOptions& options = {});

private:
    struct State;
};

}  // namespace shikumi::nn
