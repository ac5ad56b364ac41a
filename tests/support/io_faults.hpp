// System calls on files that fail when a test wants them to.
#pragma once

namespace shikumi_test {

/// Counts the system calls of all threads that change files (open for writing, write, fsync, linkat,
/// link, rename, close) while it lives, and lets one of them fail. The library is built without
/// any help for this: the test program has functions of these names, which come first.
class IoFaults {
public:
    /// Counts alone.
    IoFaults() : IoFaults(-1, 0) {}
    /// Lets call `number`, from 0, fail with `error`, such as ENOSPC; and all after it where
    /// `for_good`.
    IoFaults(int number, int error, bool for_good = false);
    IoFaults(const IoFaults&) = delete;
    IoFaults& operator=(const IoFaults&) = delete;
    ~IoFaults();

    /// How many calls there were.
    int calls() const;
};

}  // namespace shikumi_test
