// Data sets: reading, fetching, splitting and transforming them.
#pragma once

#include <shikumi/datasets/bundled.hpp>
#include <shikumi/datasets/cifar.hpp>
#include <shikumi/datasets/csv.hpp>
#include <shikumi/datasets/csv_loader.hpp>
#include <shikumi/datasets/download.hpp>
#include <shikumi/datasets/emnist.hpp>
#include <shikumi/datasets/fashion_mnist.hpp>
#include <shikumi/datasets/idx.hpp>
#include <shikumi/datasets/image.hpp>
#include <shikumi/datasets/image_folder.hpp>
#include <shikumi/datasets/labelled.hpp>
#include <shikumi/datasets/labels.hpp>
#include <shikumi/datasets/loader.hpp>
#include <shikumi/datasets/mnist.hpp>
#include <shikumi/datasets/pca.hpp>
#include <shikumi/datasets/sample.hpp>
#include <shikumi/datasets/split.hpp>
#include <shikumi/datasets/standardizer.hpp>
#include <shikumi/datasets/text.hpp>

/// Readers, the bundled data sets, and the preparation of data for training.
namespace shikumi::datasets {}
