// ONNX models as values, to be looked at, changed and written. Apart from shikumi.hpp: programs that
// train need not compile them.
#pragma once

#include <shikumi/formats/onnx_file.hpp>
