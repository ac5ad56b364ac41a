#include <shikumi/formats/detail/torch_objects.hpp>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <span>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/formats/detail/in_quotes.hpp>

namespace shikumi::formats::detail {

namespace {

using Kind = PickleObject::Kind;

constexpr int most_deep = 100;

// ---- what Python's and PyTorch's names mean -----------------------------------------------------

struct NamedType {
    std::string_view storage, dtype;
    StoredType type;
};
constexpr NamedType types[] = {{"FloatStorage", "float32", StoredType::f32},
                               {"DoubleStorage", "float64", StoredType::f64},
                               {"HalfStorage", "float16", StoredType::f16},
                               {"BFloat16Storage", "bfloat16", StoredType::bf16},
                               {"LongStorage", "int64", StoredType::i64},
                               {"IntStorage", "int32", StoredType::i32},
                               {"ShortStorage", "int16", StoredType::i16},
                               {"CharStorage", "int8", StoredType::i8},
                               {"ByteStorage", "uint8", StoredType::u8},
                               {"BoolStorage", "bool", StoredType::bool_},
                               {"", "uint16", StoredType::u16},
                               {"", "uint32", StoredType::u32},
                               {"", "uint64", StoredType::u64},
                               {"", "float8_e4m3fn", StoredType::f8_e4m3},
                               {"", "float8_e5m2", StoredType::f8_e5m2}};

std::optional<StoredType> type_named(std::string_view name, std::string_view NamedType::*by) {
    const auto found = std::ranges::find(types, name, by);
    return name.empty() || found == std::end(types) ? std::nullopt : std::optional(found->type);
}

// "torch.Size" for a global; for the result of a call what was called.
std::string class_of(const PickleValue& value) {
    const auto* const object = std::get_if<PickleObject*>(&value);
    if (!object) return "a plain value";
    const PickleObject& o = **object;
    switch (o.kind) {
        case Kind::global:
            return std::string(o.module) + '.' + std::string(o.name);
        case Kind::call: {
            const PickleObject* const callee = as(o.items[0], Kind::global);
            const PickleObject& arguments = *as(o.items[1], Kind::tuple);
            // How Python makes an object without a method of its own: its class comes first.
            if (callee && (callee->module == "copyreg" || callee->module == "copy_reg") &&
                !arguments.items.empty() && as(arguments.items[0], Kind::global))
                return class_of(arguments.items[0]);
            return callee ? class_of(o.items[0]) : "the result of a call";
        }
        case Kind::big_integer:
            return "an integer of more than 64 bits";
        case Kind::bytes:
            return "bytes";
        case Kind::persistent:
            return "a storage";
        default:
            return "a container";
    }
}

bool calls(const PickleObject& object, std::string_view module, std::string_view name) {
    if (object.kind != Kind::call) return false;
    const PickleObject* const callee = as(object.items[0], Kind::global);
    return callee && callee->module == module && callee->name == name;
}

const std::vector<PickleValue>& arguments_of(const PickleObject& call) {
    return as(call.items[1], Kind::tuple)->items;
}

bool is_dictionary(const PickleObject& object) {
    return object.kind == Kind::dict || calls(object, "collections", "OrderedDict") ||
           calls(object, "collections", "defaultdict");
}

// The name of the function that makes a tensor; nothing for any other object.
std::string_view rebuilds(const PickleObject& object) {
    if (object.kind != Kind::call) return {};
    const PickleObject* const callee = as(object.items[0], Kind::global);
    const bool tensor = callee && callee->name.starts_with("_rebuild") &&
                        (callee->module == "torch._utils" || callee->module == "torch._tensor" ||
                         callee->module == "torch.nested._internal.nested_tensor");
    return tensor ? callee->name : std::string_view();
}

std::string_view kind_of_tensor(std::string_view function) {
    for (const auto& [part, kind] : {std::pair{"sparse", "a sparse tensor"},
                                     {"qtensor", "a quantised tensor"},
                                     {"nested", "a nested tensor"},
                                     {"meta", "a tensor without elements"}}) {
        if (function.find(part) != function.npos) return kind;
    }
    return "a tensor of a kind of its own";
}

}  // namespace

bool TorchTensor::contiguous() const noexcept {
    std::uint64_t stride = 1;
    for (int axis = entry.shape.rank(); axis-- > 0;) {
        const auto size = static_cast<std::uint64_t>(entry.shape[axis]);
        if (size != 1 && strides[static_cast<std::size_t>(axis)] != stride) return false;
        stride *= size;
    }
    return true;
}

// A tensor takes seven objects, a Parameter ten.
std::size_t most_objects(const FileBudget& budget) noexcept {
    return 16 * std::min(budget.tensors, std::size_t{1} << 32) + 1000;
}

namespace {

class Sorter {
public:
    // Objects that are met several times are shared: honest files share few.
    Sorter(std::string_view reader, std::string_view where, const FileBudget& budget,
           std::size_t bytes)
        : reader_(reader),
          where_(where),
          steps_(std::min(most_objects(budget), 16 * bytes)),
          tensors_(budget.tensors),
          letters_(budget.header) {}

    TorchObjects run(const PickleValue& root) {
        const auto* const object = std::get_if<PickleObject*>(&root);
        const bool holds =
            object && (is_dictionary(**object) || (*object)->kind == Kind::list ||
                       (*object)->kind == Kind::tuple || !rebuilds(**object).empty());
        if (!holds)
            fail<IoError>(
                reader_, where_, " holds no state dict but ", class_of(root),
                object && (*object)->kind == Kind::call
                    ? ": a whole model is a pickle of Python's classes, which aren't run; "
                      "save torch.save(model.state_dict(), path) instead of the model"
                    : "");
        path_ = rebuilds(**object).empty() ? std::string() : "tensor";
        visit(root, 0);
        return std::move(all_);
    }

private:
    template <class... Parts>
    [[noreturn]] void refuse(const Parts&... parts) const {
        fail<IoError>(reader_, where_, ": ", in_quotes(path_), " ", parts...);
    }

    // Throws where a file asks for more work or text than its size explains.
    std::string counted_path() {
        if (path_.size() > letters_) refuse("has a name with which the budget is exceeded");
        letters_ -= path_.size();
        return path_;
    }

    void visit(const PickleValue& value, int depth) {
        if (depth > most_deep) refuse("lies deeper than ", most_deep, " levels");
        if (steps_-- == 0) refuse("is one object more than the budget allows");
        const auto* const pointer = std::get_if<PickleObject*>(&value);
        if (!pointer) {
            all_.values.emplace_back(counted_path(), plain(value, depth));
            return;
        }
        const PickleObject& object = **pointer;
        if (const std::string_view function = rebuilds(object); !function.empty())
            add_tensor(object, function);
        else if (is_dictionary(object))
            visit_entries(object, depth);
        else if (is_plain(value, depth))
            all_.values.emplace_back(counted_path(), plain(value, depth));
        else if (object.kind == Kind::list || object.kind == Kind::tuple)
            visit_items(object, depth);
        else
            all_.opaque.push_back({counted_path(), class_of(value)});
    }

    template <class F>
    void within(const std::string& key, int depth, F&& f) {
        const std::size_t length = path_.size();
        if (depth > 0) path_ += '.';
        path_ += key;
        f();
        path_.resize(length);
    }
    void visit_items(const PickleObject& object, int depth) {
        for (std::size_t i = 0; i < object.items.size(); ++i)
            within(std::to_string(i), depth, [&] { visit(object.items[i], depth + 1); });
    }
    void visit_entries(const PickleObject& object, int depth) {
        if (object.kind == Kind::call) visit_pairs(object, depth);
        for (const auto& [key, value] : object.entries)
            within(text_of(key), depth, [&, &value = value] { visit(value, depth + 1); });
        const auto* const state = std::get_if<PickleObject*>(&object.state);
        if (!state) return;
        // What was set as attributes: PyTorch's "_metadata".
        for (const auto& [key, value] : (*state)->entries)
            within(text_of(key), depth, [&, &value = value] { visit(value, depth + 1); });
        if ((*state)->kind != Kind::dict)
            within("attributes", depth, [&] {
                all_.opaque.push_back({counted_path(), class_of(object.state)});
            });
    }
    // OrderedDict([[key, value], …]), as old protocols have it.
    void visit_pairs(const PickleObject& object, int depth) {
        for (const PickleValue& argument : arguments_of(object)) {
            const PickleObject* const list = as(argument, Kind::list);
            if (!list) continue;
            for (const PickleValue& item : list->items) {
                const auto* const pair = std::get_if<PickleObject*>(&item);
                if (!pair || (*pair)->items.size() != 2) refuse("has items that are no pairs");
                within(text_of((*pair)->items[0]), depth,
                       [&] { visit((*pair)->items[1], depth + 1); });
            }
        }
    }

    std::string text_of(const PickleValue& key) const {
        if (const auto* text = std::get_if<std::string_view>(&key)) return std::string(*text);
        if (const auto* number = std::get_if<std::int64_t>(&key)) return std::to_string(*number);
        if (const auto* truth = std::get_if<bool>(&key)) return *truth ? "True" : "False";
        if (std::holds_alternative<std::monostate>(key)) return "None";
        if (const auto* number = std::get_if<double>(&key)) {
            char text[40];
            std::snprintf(text, sizeof text, "%.17g", *number);
            return text;
        }
        const PickleObject* const tuple = as(key, Kind::tuple);
        if (!tuple) return class_of(key);
        std::string text = "(";
        for (const PickleValue& item : tuple->items) {
            if (text.size() > 1000) refuse("has a key of more than 1000 letters");
            text += (text.size() > 1 ? ", " : "") + (as(item, Kind::tuple) ? "(…)" : text_of(item));
        }
        return text + ')';
    }

    // ---- plain values

    static const PickleObject* sequence(const PickleValue& value) {
        const auto* const pointer = std::get_if<PickleObject*>(&value);
        if (!pointer) return nullptr;
        const PickleObject& object = **pointer;
        if (object.kind == Kind::list || object.kind == Kind::tuple || object.kind == Kind::set)
            return &object;
        if (!calls(object, "torch", "Size") || arguments_of(object).size() != 1) return nullptr;
        return as(arguments_of(object)[0], Kind::tuple);
    }
    bool is_plain(const PickleValue& value, int depth) {
        if (!std::holds_alternative<PickleObject*>(value)) return true;
        const PickleObject* const items = sequence(value);
        if (!items || depth > most_deep) return false;
        return std::ranges::all_of(items->items, [&](const PickleValue& item) {
            if (steps_ == 0) refuse("is one object more than the budget allows");
            --steps_;
            return is_plain(item, depth + 1);
        });
    }
    Config plain(const PickleValue& value, int depth) const {
        struct Plain {
            Config operator()(std::monostate) const { return {}; }
            Config operator()(bool x) const { return x; }
            Config operator()(std::int64_t x) const { return x; }
            Config operator()(double x) const { return x; }
            Config operator()(std::string_view x) const { return x; }
            Config operator()(const PickleObject*) const { return {}; }
        };
        const PickleObject* const items = sequence(value);
        if (!items) return std::visit(Plain(), value);
        Config::List list;
        for (const PickleValue& item : items->items) list.push_back(plain(item, depth + 1));
        return list;
    }

    // ---- tensors

    void add_tensor(const PickleObject& call, std::string_view function) {
        const std::vector<PickleValue>& arguments = arguments_of(call);
        if (function == "_rebuild_parameter" || function == "_rebuild_parameter_with_state") {
            if (arguments.empty()) refuse("is a Parameter of no tensor");
            return add_inner(arguments[0]);
        }
        if (function == "_rebuild_from_type_v2") return add_of_type(arguments);
        if (function == "_rebuild_tensor") return add_window(arguments, 4, false);
        if (function == "_rebuild_tensor_v2") return add_window(arguments, 6, false);
        if (function == "_rebuild_tensor_v3") return add_window(arguments, 7, true);
        refuse("is ", kind_of_tensor(function), " (", function, "), which can't be read");
    }
    void add_inner(const PickleValue& value) {
        const auto* const tensor = std::get_if<PickleObject*>(&value);
        const std::string_view function = tensor ? rebuilds(**tensor) : std::string_view();
        if (function.empty() || function.starts_with("_rebuild_parameter"))
            refuse("is a Parameter of no tensor");
        add_tensor(**tensor, function);
    }
    // A tensor with attributes of its own, or of a class of its own: (function, class, arguments,
    // state).
    void add_of_type(const std::vector<PickleValue>& arguments) {
        const PickleObject* const function =
            arguments.size() == 4 ? as(arguments[0], Kind::global) : nullptr;
        if (!function || function->name == "_rebuild_from_type_v2" ||
            !as(arguments[2], Kind::tuple))
            refuse("is a tensor that is described by no function");
        const PickleObject call{.kind = Kind::call, .items = {arguments[0], arguments[2]}};
        if (rebuilds(call).empty()) refuse("is a tensor made by ", class_of(arguments[0]));
        add_tensor(call, function->name);
    }

    void add_window(const std::vector<PickleValue>& arguments, std::size_t needed, bool untyped) {
        if (arguments.size() < needed || arguments.size() > needed + 1)
            refuse("is a tensor of ", arguments.size(), " arguments, expected ", needed);
        if (arguments.size() > needed) check_marks(arguments[needed]);
        if (all_.tensors.size() >= tensors_)
            refuse("is one tensor more than the budget of ", tensors_);
        TorchTensor tensor;
        std::optional<StoredType> type = add_storage(arguments[0], tensor);
        if (untyped) {
            const PickleObject* const dtype = as(arguments[6], Kind::global);
            type = dtype && dtype->module == "torch" ? type_named(dtype->name, &NamedType::dtype)
                                                     : std::nullopt;
            if (!type) refuse("is of the type ", class_of(arguments[6]), ", which can't be read");
        } else if (!type) {
            refuse("is of no type");
        }
        add_layout(arguments, *type, tensor);
        tensor.entry.name = counted_path();
        all_.tensors.push_back(std::move(tensor));
    }
    // Conjugate and negative tensors are stored as what they were made of, with a mark.
    void check_marks(const PickleValue& value) const {
        const auto* const marks = std::get_if<PickleObject*>(&value);
        if (!marks) return;
        for (const auto& [key, mark] : (*marks)->entries) {
            const bool* const set = std::get_if<bool>(&mark);
            if (set && *set)
                refuse("is marked as ", in_quotes(text_of(key)), ", which can't be read");
        }
    }
    // The type of its elements; nothing for an untyped storage.
    std::optional<StoredType> add_storage(const PickleValue& value, TorchTensor& tensor) const {
        const PickleObject* const persistent = as(value, Kind::persistent);
        const PickleObject* const id = persistent ? as(persistent->items[0], Kind::tuple) : nullptr;
        if (!id || id->items.size() != 5 ||
            id->items[0] != PickleValue(std::string_view("storage")))
            refuse("has no storage");
        const PickleObject* const kind = as(id->items[1], Kind::global);
        const auto* const key = std::get_if<std::string_view>(&id->items[2]);
        const auto* const count = std::get_if<std::int64_t>(&id->items[4]);
        if (!kind || !key || !count || *count < 0) refuse("has a storage that isn't described");
        tensor.storage = *key;
        tensor.storage_bytes = static_cast<std::uint64_t>(*count);
        if (kind->name == "UntypedStorage") return std::nullopt;
        const auto type = type_named(kind->name, &NamedType::storage);
        if (!type) refuse("is kept in a ", class_of(id->items[1]), ", which can't be read");
        if (__builtin_mul_overflow(tensor.storage_bytes, size_of(*type), &tensor.storage_bytes))
            refuse("has a storage of ", *count, " elements");
        return type;
    }
    std::vector<Index> integers(const PickleValue& value, std::string_view what) const {
        const PickleObject* const list = sequence(value);
        if (!list) refuse("has a ", what, " that is no tuple");
        if (list->items.size() > static_cast<std::size_t>(Shape::max_rank))
            refuse("has ", list->items.size(), " axes; at most ", Shape::max_rank, " can be read");
        std::vector<Index> all;
        for (const PickleValue& item : list->items) {
            const auto* const number = std::get_if<std::int64_t>(&item);
            if (!number || *number < 0) refuse("has a ", what, " that isn't of integers from 0 on");
            all.push_back(*number);
        }
        return all;
    }
    // Where the elements lie; throws unless all lie in the storage.
    void add_layout(const std::vector<PickleValue>& arguments, StoredType type,
                    TorchTensor& tensor) const {
        const auto* const offset = std::get_if<std::int64_t>(&arguments[1]);
        if (!offset || *offset < 0) refuse("begins before its storage, or nowhere");
        const std::vector<Index> sizes = integers(arguments[2], "size");
        const std::vector<Index> strides = integers(arguments[3], "stride");
        if (sizes.size() != strides.size())
            refuse("has ", sizes.size(), " sizes and ", strides.size(), " strides");
        try {
            tensor.entry = {{}, type, Shape(std::span<const Index>(sizes))};
        } catch (const ShapeError& e) {
            refuse("has a size that can't be: ", e.what());
        }
        tensor.offset = static_cast<std::uint64_t>(*offset);
        tensor.strides.assign(strides.begin(), strides.end());
        const std::uint64_t elements = tensor.storage_bytes / size_of(type);
        const auto outside = [&] {
            refuse("lies outside of its storage of ", elements, " elements: offset ", *offset,
                   ", size ", tensor.entry.shape);
        };
        if (tensor.entry.shape.size() == 0) return;
        std::uint64_t last = 0;
        for (std::size_t axis = 0; axis < sizes.size(); ++axis) {
            std::uint64_t way = 0;
            if (__builtin_mul_overflow(static_cast<std::uint64_t>(sizes[axis] - 1),
                                       tensor.strides[axis], &way) ||
                __builtin_add_overflow(last, way, &last))
                outside();
        }
        tensor.span = last + 1;
        if (tensor.offset >= elements || last >= elements - tensor.offset) outside();
    }

    std::string_view reader_, where_;
    std::size_t steps_, tensors_, letters_;  // that are left
    std::string path_;
    TorchObjects all_;
};

}  // namespace

TorchObjects torch_objects(const Pickle& pickle, std::string_view reader, std::string_view where,
                           const FileBudget& budget) {
    return Sorter(reader, where, budget, pickle.size()).run(pickle.root());
}

}  // namespace shikumi::formats::detail
