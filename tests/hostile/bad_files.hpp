// Files that are bad in ways of their own, by format.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace shikumi_test {

/// An .npy file with a header of its own.
std::string npy_of(std::string_view literal, std::string_view data, char version = 1);

std::vector<std::string> bad_safetensors();
std::vector<std::string> bad_npy();
std::vector<std::string> bad_npz();
std::vector<std::string> bad_torch();
std::vector<std::string> bad_pickles();
std::vector<std::string> bad_hdf5();
std::vector<std::string> bad_events();
std::vector<std::string> bad_onnx();
std::vector<std::string> bad_idx();
std::vector<std::string> bad_csv();
std::vector<std::string> bad_json();
std::vector<std::string> bad_architectures();
std::vector<std::string> bad_models();
std::vector<std::string> bad_keras();
/// A layers-model of TensorFlow.js as one text: model.json, a zero byte, and "w.bin" beside it.
std::string tfjs_of(const std::string& json, const std::string& weights);
std::vector<std::string> bad_tfjs();
std::vector<std::string> bad_png();
std::vector<std::string> bad_jpeg();

}  // namespace shikumi_test
