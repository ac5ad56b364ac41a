// Functions and data of OpenBLAS, by their names.
#pragma once

#include <dlfcn.h>

namespace shikumi_test {

/// Null where the program has loaded nothing of that name.
template <class F>
F* loaded_symbol(const char* name) {
    return reinterpret_cast<F*>(dlsym(RTLD_DEFAULT, name));
}

}  // namespace shikumi_test
