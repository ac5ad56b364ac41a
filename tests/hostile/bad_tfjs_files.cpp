// Layers-models of TensorFlow.js that are bad in ways of their own.
#include "bad_files.hpp"

namespace shikumi_test {

namespace {

const std::string topology =
    R"({"class_name":"Sequential","config":{"name":"s","layers":[{"class_name":"Dense","config":)"
    R"({"name":"d","units":2,"use_bias":false,"batch_input_shape":[null,2]}}]}})";

std::string json_of(const std::string& paths, const std::string& weights) {
    return R"({"format":"layers-model","modelTopology":)" + topology +
           R"(,"weightsManifest":[{"paths":)" + paths + R"(,"weights":)" + weights + "}]}";
}

std::string weight(const std::string& more) { return R"([{"name":"d/kernel",)" + more + "}]"; }

}  // namespace

std::string tfjs_of(const std::string& json, const std::string& weights) {
    return json + '\0' + weights;
}

std::vector<std::string> bad_tfjs() {
    const std::string sixteen(16, '\1'), own = R"(["w.bin"])",
                                         kernel = weight(R"("shape":[2,2],"dtype":"float32")");
    std::vector<std::string> files{
        "",
        "[]",
        "{",
        R"({"weightsManifest":[]})",
        R"({"weightsManifest":{}})",
        R"({"modelTopology":{},"weightsManifest":[]})",
        R"({"modelTopology":[],"weightsManifest":[]})",
        R"({"modelTopology":{"model_config":[1]},"weightsManifest":[]})",
        R"({"format":"graph-model","modelTopology":)" + topology + R"(,"weightsManifest":[]})",
        R"({"modelTopology":)" + topology + R"(,"weightsManifest":[1]})",
        R"({"modelTopology":)" + topology + R"(,"weightsManifest":[{"weights":1}]})",
        R"({"modelTopology":)" + topology + R"(,"weightsManifest":[{"weights":[],"paths":1}]})"};
    // Files of weights that are none, too short or too long, or elsewhere.
    for (const std::string paths :
         {R"([])", R"([1])", R"(["x.bin"])", R"(["../w.bin"])", R"(["/etc/passwd"])", R"([".."])",
          R"([""])", R"(["./"])", R"(["a/../w.bin"])", R"(["http://x/w.bin"])",
          R"(["w.bin","w.bin"])", R"(["w\u0000.bin"])", R"(["w.bin/"])"})
        files.push_back(tfjs_of(json_of(paths, kernel), sixteen));
    for (const std::size_t bytes : {0u, 1u, 15u, 17u, 32u})
        files.push_back(tfjs_of(json_of(own, kernel), std::string(bytes, '\1')));
    // Weights that aren't the model's, or can't be at all.
    for (
        const std::string fields :
        {R"("shape":[4],"dtype":"float32")",
         R"("shape":[2,2],"dtype":"int32")",
         R"("shape":[2,2],"dtype":"string")",
         R"("shape":[2,2],"dtype":"complex64")",
         R"("shape":[2,2])",
         R"("dtype":"float32")",
         R"("shape":[2,-2],"dtype":"float32")",
         R"("shape":[2,2.5],"dtype":"float32")",
         R"("shape":["2",2],"dtype":"float32")",
         R"("shape":[4294967296,4294967296],"dtype":"float32")",
         R"("shape":[9223372036854775807,3],"dtype":"float32")",
         R"("shape":[1,1,1,1,1,1,1,2,2],"dtype":"float32")",
         R"("shape":[2,2],"dtype":"float32","quantization":1)",
         R"("shape":[2,2],"dtype":"float32","quantization":{})",
         R"("shape":[2,2],"dtype":"float32","quantization":{"dtype":"uint8"})",
         R"("shape":[2,2],"dtype":"float32","quantization":{"dtype":"uint8","min":0,"scale":1e999})",
         R"("shape":[2,2],"dtype":"float32","quantization":{"dtype":"uint32","min":0,"scale":1})",
         R"("shape":[2,2],"dtype":"bool","quantization":{"dtype":"float16"})",
         R"("shape":[2,2],"dtype":"float32","quantization":{"dtype":"uint8","min":0,"scale":1})",
         R"("shape":[2,2],"dtype":"float32","group":"optimizer")"})
        files.push_back(tfjs_of(json_of(own, weight(fields)), sixteen));
    const std::string one = R"({"name":"d/kernel","shape":[2,2],"dtype":"float32"})";
    files.push_back(tfjs_of(json_of(own, "[" + one + "," + one + "]"), sixteen + sixteen));
    files.push_back(
        tfjs_of(json_of(own, "[" + one + R"(,{"name":"e","shape":[4],"dtype":"float32"}])"),
                sixteen + sixteen));
    files.push_back(
        tfjs_of(json_of(own, R"([{"name":"","shape":[2,2],"dtype":"float32"}])"), sixteen));
    files.push_back(tfjs_of(json_of(own, R"([1])"), sixteen));
    return files;
}

}  // namespace shikumi_test
