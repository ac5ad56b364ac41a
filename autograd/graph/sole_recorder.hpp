// SoleRecorder: layers and captured functions are called by one thread at a time.
#pragma once

namespace shikumi::detail {

/// While it lives, no other thread calls layers or records a captured function: what these keep
/// from one call to the next belongs to this thread. One thread may have several.
class SoleRecorder {
public:
    SoleRecorder();
    ~SoleRecorder();
    SoleRecorder(const SoleRecorder&) = delete;
    SoleRecorder& operator=(const SoleRecorder&) = delete;
};

}  // namespace shikumi::detail
