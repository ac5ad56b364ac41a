// CIFAR-10 and CIFAR-100: small pictures in colour.
#pragma once

#include <shikumi/datasets/labelled.hpp>
#include <string>

namespace shikumi::datasets {

/// CIFAR-10 (A. Krizhevsky, 2009) from the six files of its binary version, `data_batch_1.bin` to
/// `data_batch_5.bin` and `test_batch.bin`, each gzipped or not, in `folder` or its folder
/// `cifar-10-batches-bin`: images (n, 32, 32, 3) u8, labels (n,) i64 of ten classes. Nothing is
/// downloaded.
///
/// Throws IoError that lists what lies in the folder where a file is missing, and with path and
/// byte for one that is damaged, isn't made of whole pictures or has a label outside the classes.
ImageSet cifar10(const std::string& folder);

/// Which labels `cifar100` gives.
enum class Cifar100Labels {
    fine,    ///< 100 classes
    coarse,  ///< 20 groups of them
};

/// CIFAR-100 from `train.bin` and `test.bin` in `folder` or its folder `cifar-100-binary`, as
/// `cifar10`. The names of the classes come from `fine_label_names.txt` or `coarse_label_names.txt`
/// beside them, and are left out where there is no such file.
ImageSet cifar100(const std::string& folder, Cifar100Labels labels = Cifar100Labels::fine);

}  // namespace shikumi::datasets
