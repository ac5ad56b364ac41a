// What models and layers draw from the process: their names and their random numbers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <shikumi/autograd/memory/random.hpp>

namespace shikumi::nn {

/// Names and random numbers start again: the next Dense is "dense". As Keras's clear_session.
void clear_session();
/// Seeds whatever layers and models draw from now on (0 when the program starts): the same program
/// gives the same numbers, and another seed other ones. As Keras's set_random_seed.
void set_random_seed(std::uint64_t seed);

/// "dense", "dense_1", … for "Dense": Keras's name for the next object of that class.
std::string next_name(std::string_view class_name);
/// Numbers of its own for the next layer or model.
Generator next_generator();

}  // namespace shikumi::nn
