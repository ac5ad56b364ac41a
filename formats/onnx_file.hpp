// ONNX: a graph of operators with its weights, as a protobuf (https://onnx.ai). What the file says
// as plain values; what the operators mean is the business of nn/io.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <shikumi/autograd/core/shape.hpp>
#include <shikumi/formats/stored_tensor.hpp>
#include <shikumi/formats/stored_type.hpp>
#include <shikumi/formats/tensor_file.hpp>

namespace shikumi::formats {

struct OnnxGraph;

/// The size of an axis, which may be unknown.
struct OnnxDimension {
    std::optional<Index> size = {};  ///< absent: any
    std::string name = {};           ///< of an unknown size, such as "batch"; may be empty
};

/// What is said of a tensor that flows through the graph.
struct OnnxValue {
    std::string name;                                      ///< by which nodes refer to it
    std::optional<StoredType> type = {};                   ///< of its elements, where it is known
    std::optional<std::vector<OnnxDimension>> shape = {};  ///< absent: of any rank
    Metadata metadata = {};                                ///< texts about it
};

/// Stands for an attribute of the function that its node is in.
struct OnnxReference {
    std::string name;  ///< of the function's attribute
};

/// A named option of a node.
struct OnnxAttribute {
    /// What it may be.
    using Value = std::variant<float, Index, std::string, StoredTensor,
                               std::shared_ptr<const OnnxGraph>, std::vector<float>,
                               std::vector<Index>, std::vector<std::string>, OnnxReference>;
    std::string name;  ///< unique in its node
    Value value;       ///< what it is
};

/// An operator applied to tensors.
struct OnnxNode {
    std::string name = {};                       ///< for people; often empty
    std::string op = {};                         ///< "Conv"
    std::string domain = {};                     ///< where the operator is defined; "": by ONNX
    std::vector<std::string> inputs = {};        ///< names of tensors; "" for one that is absent
    std::vector<std::string> outputs = {};       ///< names of tensors; "" for one nobody needs
    std::vector<OnnxAttribute> attributes = {};  ///< its options

    /// The attribute of that name; null where there is none.
    const OnnxAttribute* find(std::string_view attribute) const noexcept;
};

/// Nodes, each behind those that it depends on, and the tensors that are known beforehand.
struct OnnxGraph {
    std::string name = {};                       ///< for people
    std::vector<OnnxNode> nodes = {};            ///< what is computed
    std::vector<NamedTensor> initializers = {};  ///< weights and constants; names are unique
    std::vector<OnnxValue> inputs = {};          ///< in old files initialisers, too
    std::vector<OnnxValue> outputs = {};         ///< what comes out
    std::vector<OnnxValue> values = {};          ///< what is known of tensors between them
};

/// The version of a set of operators.
struct OnnxOpset {
    std::string domain;  ///< "": ONNX's own
    Index version = 0;   ///< from 1
};

/// An operator that the file itself defines.
struct OnnxFunction {
    std::string name = {};                     ///< of the operator
    std::string domain = {};                   ///< of the operator
    std::vector<std::string> inputs = {};      ///< names of tensors within it
    std::vector<std::string> outputs = {};     ///< names of tensors within it
    std::vector<std::string> attributes = {};  ///< that a node has to give
    std::vector<OnnxAttribute> defaults = {};  ///< attributes that a node may leave out
    std::vector<OnnxNode> nodes = {};          ///< what it does
    std::vector<OnnxOpset> opsets = {};        ///< of its nodes
};

/// What an .onnx file holds.
struct OnnxModel {
    Index ir_version = 8;                      ///< of the format
    std::string producer = {};                 ///< the program that wrote it
    std::string producer_version = {};         ///< of that program
    std::vector<OnnxOpset> opsets = {};        ///< of the operators
    OnnxGraph graph = {};                      ///< the graph
    std::vector<OnnxFunction> functions = {};  ///< operators that nodes may name
    Metadata metadata = {};                    ///< texts about the model
};

/// The content of a file. Weights may lie in other files of the same folder. Throws IoError, naming
/// the file and the tensor or node, where it can't be read or is damaged, for sizes that don't go
/// with the data, names that come twice, types that no tensor here can have, such as strings, data
/// outside the file's folder, graphs nested more than 32 deep, and past the budget, in which
/// `tensors` counts nodes and names, too; and where the library was built without protozero.
OnnxModel read_onnx(const std::string& path, const FileBudget& budget = {});

/// Writes a file, weights included. It takes its name when it is complete and on the disk; until
/// then an older one stays. Throws IoError where it can't be written, ValueError where it would
/// exceed the 2 GiB that a protobuf may have; and where the library was built without protozero.
/// `keep` says how many older files of that name stay, as "name.1", "name.2", ….
void write_onnx(const std::string& path, const OnnxModel& model, int keep = 0);

}  // namespace shikumi::formats
