// What models and layers draw from the process: their names and their random numbers. Both start
// again together.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <shikumi/autograd/memory/random.hpp>

namespace shikumi::nn {

class StateFields;

/// Starts names and random numbers again: the next Dense is "dense". As Keras's clear_session.
void clear_session();
/// Seeds the random numbers of layers and models that come later (the seed is 0 when the program
/// starts): the same program gives the same numbers. As Keras's set_random_seed.
void set_random_seed(std::uint64_t seed);

/// Keras's name for the next object of a class: "dense", "dense_1", … for "Dense".
std::string next_name(std::string_view class_name);
/// Random numbers of its own for the next layer or model.
Generator next_generator();
/// Visits where the random numbers of the next layers and models come from.
void visit_session(StateFields& fields);

}  // namespace shikumi::nn
