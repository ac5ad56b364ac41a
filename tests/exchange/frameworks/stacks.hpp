// Random stacks of layers, the same ones for the same number.
#pragma once

#include <cstdint>

#include <shikumi/nn/models/sequential.hpp>

namespace shikumi::exchange {

/// What a stack takes.
enum class Samples : std::uint8_t {
    rows,       ///< (batch, features)
    sequences,  ///< (batch, time, features)
    pictures,   ///< (batch, height, width, channels)
    tokens      ///< (batch, time), integers
};

/// A stack, and what it is called on.
struct Stack {
    nn::Sequential model;
    Spec input;        ///< without the batch
    Index tokens = 0;  ///< where the input holds integers: how many there are
};

/// The stack of that number: four to eight layers, of samples that go in turn. No layer draws
/// random numbers in training.
Stack random_stack(std::uint32_t number);

}  // namespace shikumi::exchange
