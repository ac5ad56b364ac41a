#include "bad_files.hpp"

#include <cstdint>
#include <initializer_list>

#include <zlib.h>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/formats/detail/records.hpp>
#include <shikumi/nn/io/json.hpp>

namespace shikumi_test {

namespace {

std::string little_endian(std::uint64_t number, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i) text += static_cast<char>(number >> (8 * i) & 255);
    return text;
}

std::string big_endian(std::uint64_t number, int bytes) {
    const std::string text = little_endian(number, bytes);
    return {text.rbegin(), text.rend()};
}

std::string repeated(std::string_view text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i) all += text;
    return all;
}

// Numbers at which arithmetic goes wrong.
constexpr std::uint64_t edges[] = {0,
                                   1,
                                   7,
                                   127,
                                   128,
                                   255,
                                   256,
                                   65535,
                                   65536,
                                   (std::uint64_t{1} << 31) - 1,
                                   std::uint64_t{1} << 31,
                                   (std::uint64_t{1} << 32) - 1,
                                   std::uint64_t{1} << 32,
                                   std::uint64_t{1} << 60,
                                   std::uint64_t{1} << 62,
                                   (std::uint64_t{1} << 63) - 1,
                                   std::uint64_t{1} << 63,
                                   ~std::uint64_t{0} - 7,
                                   ~std::uint64_t{0}};

// ---- safetensors
// ---------------------------------------------------------------------------------

std::string safetensors_of(const std::string& header, const std::string& data = {}) {
    return little_endian(header.size(), 8) + header + data;
}

std::string entry(const std::string& dtype, const std::string& shape, const std::string& offsets) {
    return R"({"a":{"dtype":")" + dtype + R"(","shape":[)" + shape + R"(],"data_offsets":[)" +
           offsets + "]}}";
}

}  // namespace

std::vector<std::string> bad_safetensors() {
    std::vector<std::string> files;
    const std::string good = entry("F32", "1", "0,4"), data(4, '\0');
    for (const std::uint64_t length : edges) {
        if (length != good.size()) files.push_back(little_endian(length, 8) + good + data);
    }
    for (const char* dtype : {"", "f32", "F33", "F128", "C64", "STR", "O", "F32 ", "BOOL\\u0000"})
        files.push_back(safetensors_of(entry(dtype, "1", "0,4"), data));
    for (const std::uint64_t size : edges) {
        const std::string text = std::to_string(size);
        if (size != 1) {
            files.push_back(safetensors_of(entry("F32", text, "0,4"), data));
            files.push_back(safetensors_of(entry("F32", "1,1," + text, "0,4"), data));
        }
        if (size != 0) files.push_back(safetensors_of(entry("F32", "1", text + ",4"), data));
        files.push_back(safetensors_of(entry("F32", "1", "0," + text), data));
        if (size == 0) continue;  // an empty tensor is a sound one
        files.push_back(safetensors_of(entry("U8", text, "0," + text)));
        files.push_back(safetensors_of(entry("U8", text + "," + text, "0," + text)));
    }
    for (const char* shape : {"-1", "1.0", "1e0", "\"1\"", "null", "true", "[1]", "{}", "1,", ",1",
                              "1,1,1,1,1,1,1,1,1", "18446744073709551616", "01", "+1", "0x1"})
        files.push_back(safetensors_of(entry("F32", shape, "0,4"), data));
    for (const char* offsets : {"", "0", "0,4,4", "4,0", "-4,0", "0,4.0", "null,4", "[0,4]"})
        files.push_back(safetensors_of(entry("F32", "1", offsets), data));
    for (const char* header : {"",
                               "{",
                               "}",
                               "[]",
                               "null",
                               "3",
                               "\"a\"",
                               "{} x",
                               "{}{}",
                               R"({"a"})",
                               R"({"a":})",
                               R"({"a":1})",
                               R"({"a":"b"})",
                               R"({"a":null})",
                               R"({"a":[]})",
                               R"({"a":{}})",
                               R"({"a":{"dtype":"F32"}})",
                               R"({"a":{"dtype":"F32","shape":[]}})",
                               R"({"a":{"shape":[],"data_offsets":[0,4]}})",
                               R"({"__metadata__":[]})",
                               R"({"__metadata__":{"a":1}})",
                               R"({"__metadata__":{"a":{}}})",
                               R"({"__metadata__":{"a":null}})",
                               R"({"__metadata__":{"a":["b"]}})",
                               R"({"__metadata__":"a"})",
                               R"({"__metadata__":{},"__metadata__":{}})",
                               R"({"__metadata__":{"a":"1","a":"2"}})",
                               R"({'a':1})",
                               "{//\n}",
                               R"({"a":NaN})",
                               R"({"\ud800":{}})",
                               "{\"\xff\":{}}",
                               "{\"a\":\"\x01\"}"})
        files.push_back(safetensors_of(header, data));
    const std::string two = R"(,"b":{"dtype":"F32","shape":[1],"data_offsets":[)";
    for (const char* offsets : {"0,4", "2,6", "5,9", "8,12", "3,7", "1,5"})
        files.push_back(safetensors_of(good.substr(0, good.size() - 1) + two + offsets + "]}}",
                                       std::string(12, '\0')));
    files.push_back(safetensors_of("{\"a\":" + repeated("[", 100'000)));
    files.push_back(safetensors_of(repeated("{\"a\":", 100'000)));
    files.push_back(safetensors_of(good + std::string("\0", 1) + "x", data));
    files.push_back(safetensors_of("\xEF\xBB\xBF" + good, data));
    return files;
}

// ---- npy
// -----------------------------------------------------------------------------------------

std::string npy_of(std::string_view literal, std::string_view data, char version) {
    return std::string("\x93NUMPY") + version + '\0' +
           little_endian(literal.size(), version == 1 ? 2 : 4) + std::string(literal) +
           std::string(data);
}

namespace {

std::string npy_header(const std::string& descr, const std::string& shape,
                       const std::string& order = "False") {
    return "{'descr': " + descr + ", 'fortran_order': " + order + ", 'shape': " + shape + ", }\n";
}

}  // namespace

std::vector<std::string> bad_npy() {
    std::vector<std::string> files;
    const std::string four(4, '\0');
    for (const char* descr :
         {"'|O'",   "'O8'",   "'<U1'",          "'|S4'",         "'|V4'",  "'<c8'",     "'<M8[s]'",
          "'<m8'",  "'<f16'", "'f3'",           "'<f'",          "'4'",    "''",        "'<'",
          "'<<f4'", "'f4f4'", "[('a', '<f4')]", "('<f4', (1,))", "None",   "4",         "{}",
          "'<f4",   "<f4",    "\"<f4'",         "'<\\x66\\x34'", "u'<f4'", "'float32'", "'?4'"})
        files.push_back(npy_of(npy_header(descr, "(1,)"), four));
    for (const std::uint64_t size : edges) {
        const std::string text = std::to_string(size);
        if (size != 1) {
            files.push_back(npy_of(npy_header("'<f4'", '(' + text + ",)"), four));
            files.push_back(npy_of(npy_header("'<f4'", "(1, " + text + ")", "True"), four));
        }
        files.push_back(npy_of(npy_header("'<f4'", '(' + text + ", " + text + ", 3)"), four));
        std::string longer = npy_of(npy_header("'<f4'", "(1,)"), four, 2);
        longer.replace(8, 4, little_endian(size + 100, 4));
        files.push_back(longer);
    }
    for (const char* shape : {"1",
                              "(1)",
                              "[1]",
                              "(1,",
                              "1,)",
                              "(,)",
                              "(1,,)",
                              "(-1,)",
                              "(1.0,)",
                              "(1e0,)",
                              "('1',)",
                              "(None,)",
                              "(True,)",
                              "((1,),)",
                              "(1,1,1,1,1,1,1,1,1)",
                              "(1 1)",
                              "(1LL,)",
                              "(0x1,)",
                              "(__import__('os').system('true'),)",
                              "(99999999999999999999999,)",
                              "()()",
                              ""})
        files.push_back(npy_of(npy_header("'<f4'", shape), four));
    for (const char* order : {"0", "true", "None", "'False'", "Falsey", "", "False, 'extra': 1"})
        files.push_back(npy_of(npy_header("'<f4'", "(1,)", order), four));
    for (const char* header :
         {"", "{}", "{", "}", "[]", "()", "None", "{'descr': '<f4'}", "{'shape': ()}",
          "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}", "{descr: 1}"})
        files.push_back(npy_of(header, four));
    for (const int version : {0, 4, 9, 255})
        files.push_back(npy_of(npy_header("'<f4'", "(1,)"), four, static_cast<char>(version)));
    files.push_back(npy_of(npy_header("'<f4'", "(1,)") + repeated(" ", 70'000), four, 2));
    files.push_back(npy_of(npy_header("'<f4'", '(' + repeated("(", 60'000)), four));
    files.push_back(npy_of(npy_header("'|b1'", "(4,)"), "\2\3\4\5"));
    files.push_back(npy_of(npy_header("'<u8'", "(1,)"), std::string(8, '\xff')));
    return files;
}

// ---- npz
// -----------------------------------------------------------------------------------------

namespace {

struct Member {
    std::string name, content;
    std::uint64_t packed = 0, unpacked = 0;  // as the directory says
    int method = 0, flags = 0;
    std::string extra = {};
};

std::string member_fields(const Member& m) {
    const auto crc = crc32(0, reinterpret_cast<const Bytef*>(m.content.data()),
                           static_cast<uInt>(m.content.size()));
    return little_endian(static_cast<unsigned>(m.flags), 2) +
           little_endian(static_cast<unsigned>(m.method), 2) + little_endian(0x00210000, 4) +
           little_endian(crc, 4) + little_endian(m.packed, 4) + little_endian(m.unpacked, 4) +
           little_endian(m.name.size(), 2) + little_endian(m.extra.size(), 2);
}

std::string zip_end(std::uint64_t count, std::uint64_t size, std::uint64_t offset) {
    return "PK\5\6" + std::string(4, '\0') + little_endian(count, 2) + little_endian(count, 2) +
           little_endian(size, 4) + little_endian(offset, 4) + std::string(2, '\0');
}

std::string zip_of(const std::vector<Member>& members) {
    std::string file, directory;
    for (const Member& m : members) {
        directory += "PK\1\2" + little_endian(20, 2) + little_endian(20, 2) + member_fields(m) +
                     std::string(10, '\0') + little_endian(file.size(), 4) + m.name + m.extra;
        file += "PK\3\4" + little_endian(20, 2) + member_fields(m) + m.name + m.extra + m.content;
    }
    return file + directory + zip_end(members.size(), directory.size(), file.size());
}

Member stored(const std::string& name, const std::string& content) {
    return {name, content, content.size(), content.size()};
}

std::string deflated(const std::string& data) {
    z_stream z{};
    deflateInit2(&z, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY);
    std::string out(deflateBound(&z, static_cast<uLong>(data.size())), '\0');
    z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
    z.avail_in = static_cast<uInt>(data.size());
    z.next_out = reinterpret_cast<Bytef*>(out.data());
    z.avail_out = static_cast<uInt>(out.size());
    deflate(&z, Z_FINISH);
    out.resize(z.total_out);
    deflateEnd(&z);
    return out;
}

}  // namespace

std::vector<std::string> bad_npz() {
    std::vector<std::string> files;
    const std::string array = npy_of(npy_header("'<f4'", "(1,)"), std::string(4, '\0'));
    const Member good = stored("a.npy", array);
    for (const char* name : {"", "/a.npy", "../a.npy", "x/../../a.npy", "..", "a", "a.txt",
                             "C:a.npy", "..\\a.npy", "a.npy/", ".npy/.."})
        files.push_back(zip_of({stored(name, array)}));
    files.push_back(zip_of({good, good}));
    for (const int method : {1, 6, 9, 12, 14, 93, 95, 99, 65535}) {
        Member m = good;
        m.method = method;
        files.push_back(zip_of({m}));
    }
    for (const int flags : {1, 9, 0x41}) {
        Member m = good;
        m.flags = flags;
        files.push_back(zip_of({m}));
    }
    for (const std::uint64_t size : edges) {
        Member packed = good, unpacked = good, both = good;
        if (size == good.packed || size > 0xFFFFFFFF) continue;
        packed.packed = size;
        unpacked.unpacked = size;
        both.packed = both.unpacked = size;
        for (const Member& m : {packed, unpacked, both}) files.push_back(zip_of({m}));
    }
    // What unpacks to more, or to less, than the directory says.
    const std::string bomb = npy_of(npy_header("'|u1'", "(67108864,)"), "");
    const std::string zeros = deflated(bomb + std::string(std::size_t{1} << 20, '\0'));
    for (const std::uint64_t size : edges) {
        if (size > 0xFFFFFFFF) continue;
        files.push_back(zip_of({{"a.npy", zeros, zeros.size(), size, 8}}));
    }
    const std::string noise = "\x07\xff\xff\xff\xff\xff\xff";
    files.push_back(zip_of({{"a.npy", noise, noise.size(), 100, 8}}));
    // Directories that promise more than there is.
    const std::string whole = zip_of({good});
    const std::string before_end = whole.substr(0, whole.size() - 22);
    const std::uint64_t directory = before_end.rfind("PK\1\2");
    for (const std::uint64_t n : edges) {
        if (n != 1 && n <= 0xFFFF)
            files.push_back(before_end + zip_end(n, before_end.size() - directory, directory));
        if (n <= 0xFFFFFFFF) {
            files.push_back(before_end + zip_end(1, n, directory));
            files.push_back(before_end + zip_end(1, before_end.size() - directory, n));
        }
    }
    // The same in the records for more than 65,535 members or 4 GiB.
    for (const std::uint64_t count :
         {std::uint64_t{2}, std::uint64_t{1} << 20, std::uint64_t{1} << 24, std::uint64_t{1} << 28,
          std::uint64_t{1} << 31, ~std::uint64_t{0} / 56, ~std::uint64_t{0}}) {
        const std::uint64_t size = before_end.size() - directory;
        for (const std::uint64_t promised : {size, count * 46, count}) {
            if (promised != size && count == 2) continue;
            files.push_back(before_end + "PK\6\6" + little_endian(44, 8) + little_endian(45, 2) +
                            little_endian(45, 2) + std::string(8, '\0') + little_endian(count, 8) +
                            little_endian(count, 8) + little_endian(promised, 8) +
                            little_endian(directory, 8) + "PK\6\7" + std::string(4, '\0') +
                            little_endian(before_end.size(), 8) + little_endian(1, 4) +
                            zip_end(0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF));
        }
    }
    files.push_back(whole + "x");
    files.push_back("PK");
    files.push_back("PK\5\6");
    for (const std::string& bad : bad_npy()) {
        if (bad.size() < 1000) files.push_back(zip_of({stored("a.npy", bad)}));
    }
    return files;
}

// ---- PyTorch
// -------------------------------------------------------------------------------------

namespace {

std::string torch_zip(const std::string& pickle, const std::string& storage) {
    return zip_of({stored("x/data.pkl", pickle), stored("x/data/0", storage)});
}

std::string pickled_text(const std::string& text) {
    return 'X' + little_endian(text.size(), 4) + text;
}

std::string pickled_number(std::uint64_t number) { return "\x8a\x08" + little_endian(number, 8); }

std::string global(const std::string& module, const std::string& name) {
    return 'c' + module + '\n' + name + '\n';
}

// Parts of the pickle of a tensor.
struct PickledTensor {
    std::string function = global("torch._utils", "_rebuild_tensor_v2");
    std::string kind = pickled_text("storage");
    std::string type = global("torch", "FloatStorage");
    std::string key = pickled_text("0");
    std::string count = "K\2";
    std::string offset = std::string("K\0", 2);
    std::string size = "(K\2t", stride = "(K\1t";
    std::string rest = "\x89" + global("collections", "OrderedDict") + ")R";

    std::string text() const {
        return function + "((" + kind + type + key + pickled_text("cpu") + count + "tQ" + offset +
               size + stride + rest + "tR";
    }
    std::string file() const {
        return torch_zip("\x80\x02}" + pickled_text("a") + text() + "s.", std::string(8, 'x'));
    }
};

std::string pickle_of(const std::string& opcodes) { return "\x80\x02" + opcodes; }

void add_bad_tensors(std::vector<std::string>& files) {
    const auto add = [&](auto&& change) {
        PickledTensor tensor;
        change(tensor);
        files.push_back(tensor.file());
    };
    for (const std::uint64_t n : edges) {
        const std::string number = pickled_number(n);
        if (n != 0) add([&](auto& t) { t.offset = number; });
        if (n != 2) add([&](auto& t) { t.count = number; });
        if (n > 1) add([&](auto& t) { t.stride = '(' + number + 't'; });
        if (n > 2) add([&](auto& t) { t.size = '(' + number + 't'; });
        if (n > 60000) {  // a small storage may be expanded, though not beyond the budget
            add([&](auto& t) {
                t.size = '(' + number + number + 't';
                t.stride = std::string("(K\0K\0t", 6);
            });
        }
    }
    for (const char* part : {"", "N", "K\1", "]", "(t", "(K\1K\1t", "(Nt", "(G12345678t"}) {
        add([&](auto& t) { t.size = part; });
        add([&](auto& t) { t.stride = part; });
    }
    for (const char* name : {"FloatTensor", "ComplexFloatStorage", "QInt8Storage", "", "Float"})
        add([&](auto& t) { t.type = global("torch", name); });
    for (const char* name :
         {"_rebuild_sparse_tensor", "_rebuild_qtensor", "_rebuild_nested_tensor",
          "_rebuild_meta_tensor_no_storage", "_rebuild_wrapper_subclass", "_rebuild_tensor_v3",
          "_rebuild_parameter", "_rebuild_from_type_v2", "_rebuild_tensor"})
        add([&](auto& t) { t.function = global("torch._utils", name); });
    for (const char* key : {"1", "", "..", "0/", "../0", "-1"})
        add([&](auto& t) { t.key = pickled_text(key); });
    add([](auto& t) { t.kind = pickled_text("module"); });
    add([](auto& t) { t.key = "K\1"; });
    add([](auto& t) { t.rest += '}' + pickled_text("neg") + "\x88s"; });
    add([](auto& t) { t.rest += "NNN"; });
    const std::string tensor = PickledTensor().text();
    const std::string twice =
        '}' + pickled_text("a") + tensor + 's' + pickled_text("a") + tensor + "s.";
    files.push_back(torch_zip(pickle_of(twice), std::string(8, 'x')));
}

}  // namespace

std::vector<std::string> bad_pickles() {
    std::vector<std::string> files;
    for (const char* called : {"os\nsystem",
                               "posix\nsystem",
                               "nt\nsystem",
                               "subprocess\nPopen",
                               "builtins\neval",
                               "__builtin__\nexec",
                               "builtins\ngetattr",
                               "builtins\n__import__",
                               "builtins\ncompile",
                               "builtins\nopen",
                               "builtins\nint.__class__",
                               "sys\nexit",
                               "runpy\nrun_path",
                               "importlib\nimport_module",
                               "ctypes\nCDLL",
                               "socket\nsocket",
                               "shutil\nrmtree",
                               "webbrowser\nopen",
                               "pickle\nloads",
                               "marshal\nloads",
                               "operator\nattrgetter",
                               "functools\npartial",
                               "types\nFunctionType",
                               "torch\nload",
                               "torch.hub\nload",
                               "torch.utils.cpp_extension\nload",
                               "numpy\nload",
                               "multiprocessing.util\nspawnv",
                               "code\nInteractiveConsole",
                               "pty\nspawn",
                               "urllib.request\nurlopen"}) {
        const std::string opcode = 'c' + std::string(called) + '\n';
        files.push_back(pickle_of(opcode + "(K\1tR."));
        files.push_back(pickle_of('}' + pickled_text("a") + opcode + "s."));
        files.push_back(pickle_of("}(i" + std::string(called) + "\ns."));
    }
    for (int opcode = 0; opcode < 256; ++opcode) {
        constexpr std::string_view whole = "(].}N0";
        if (whole.find(static_cast<char>(opcode)) == whole.npos)
            files.push_back(pickle_of(std::string(1, static_cast<char>(opcode))));
    }
    for (const char* opcodes : {"",
                                ".",
                                "}",
                                "}}.",
                                "}.x",
                                "}..",
                                "N.",
                                "K\1.",
                                "}(",
                                "}(.",
                                "}(N.",
                                "0.",
                                "1.",
                                "}00.",
                                "t.",
                                "}a.",
                                "]s.",
                                "}u.",
                                "}(Nu.",
                                "}(Ke.",
                                "}Ns.",
                                "](N.",
                                "h\1.",
                                "q\1.",
                                "}gx\n.",
                                "}p-1\n.",
                                "}I1x\n.",
                                "}F1x\n.",
                                "}Lx\n.",
                                "}Sx\n.",
                                "}S'\\xzz'\n.",
                                "}V\\u12\n.",
                                "}V\\ud800\n.",
                                "cx\n.",
                                "c\xff\nx\n)R.",
                                "NR.",
                                "}NR.",
                                "]bN.",
                                "Nb.",
                                "}X\1.",
                                "}X\xff\xff\xff\xff"
                                "a.",
                                "\x8dxxxxxxxx.",
                                "}B\xff\xff\xff\xff.",
                                "\x80\x06}.",
                                "\x95\xff\xff\xff\xff\xff\xff\xff\xff}.",
                                "\x82\1.",
                                "\x97.",
                                "\x98.",
                                "}X\1\xff\xff\xff",
                                "cx\ny\n)R.",
                                "cx\ny\n)\x81.",
                                "(cx\ny\no.",
                                "Px\n.",
                                "]N\x93.",
                                "}NN\x93."})
        files.push_back(pickle_of(opcodes));
    files.push_back(pickle_of(repeated("]", 200) + repeated("a", 199) + '.'));
    // Each list holds the one before twice: 2⁶⁰ items.
    std::string doubled = "]" + std::string("q\0", 2);
    for (int i = 0; i < 60; ++i) {
        const auto last = static_cast<char>(i), next = static_cast<char>(i + 1);
        doubled += std::string("](h") + last + 'h' + last + "eq" + next;
    }
    files.push_back(pickle_of(doubled + '.'));
    std::string circle = "]" + std::string("q\0", 2);
    files.push_back(pickle_of(circle + std::string("h\0", 2) + "a."));
    return files;
}

std::vector<std::string> bad_torch() {
    std::vector<std::string> files;
    add_bad_tensors(files);
    for (const std::string& bad : bad_pickles())
        files.push_back(torch_zip(bad, std::string(8, 'x')));
    const std::string good = "\x80\x02}" + pickled_text("a") + PickledTensor().text() + "s.";
    const Member pickle = stored("x/data.pkl", good), storage = stored("x/data/0", "12345678");
    for (const char* order : {"big", "", "little\n", "LITTLE", "middle"})
        files.push_back(zip_of({pickle, storage, stored("x/byteorder", order)}));
    files.push_back(zip_of({pickle}));
    files.push_back(zip_of({storage}));
    files.push_back(zip_of({pickle, stored("y/data/0", "12345678")}));
    files.push_back(zip_of({pickle, storage, stored("y/data.pkl", good)}));
    files.push_back(zip_of({pickle, storage, stored("x/constants.pkl", good)}));
    files.push_back(zip_of({pickle, storage, stored("x/code/__torch__.py", "")}));
    files.push_back(zip_of({pickle, storage, storage}));
    files.push_back(zip_of({stored("../data.pkl", good), storage}));
    for (const char* size : {"", "1234567", "123456789", "12345678123456789"})
        files.push_back(zip_of({pickle, stored("x/data/0", size)}));
    files.push_back(
        "\x80\x02\x8a\x0a"
        "l\xfc\x9c"
        "F\xf9 j\xa8P\x19.");
    files.push_back(std::string(257, '\0') + "ustar" + std::string(250, '\0'));
    return files;
}

// ---- event files
// ---------------------------------------------------------------------------------

std::vector<std::string> bad_events() {
    using shikumi::formats::detail::as_record;
    std::vector<std::string> files;
    const std::string good = as_record(std::string("\x10\5", 2));
    for (const std::uint64_t length : edges) {
        std::string file = good;
        file.replace(0, 8, little_endian(length, 8));
        if (length != 2) files.push_back(file);
        // With the right checksum, but without the bytes.
        const std::string record = as_record(little_endian(length, 8));
        files.push_back(record.substr(12));
    }
    // A field of each number and wire type without its value.
    for (int number = 1; number < 11; ++number) {
        for (int type = 0; type < 8; ++type)
            files.push_back(as_record(std::string(1, static_cast<char>(number << 3 | type))));
    }
    // A value with a tensor: dtype, shape and content that disagree.
    const auto nested = [](char tag, const std::string& inside) {
        return std::string(1, tag) + static_cast<char>(inside.size()) + inside;
    };
    const auto value_of = [&](const std::string& tensor) {
        return as_record(nested('\x2a', nested('\x0a', nested('\x42', tensor))));
    };
    const auto dim = [&](const std::string& size) { return nested('\x12', nested('\x12', size)); };
    for (const char* tensor : {"\x08\x01", "\x08\x07",
                               "\x08\x01\x22\x03"
                               "abc",
                               "\x08\x02\x2d"
                               "abcd",
                               "\x08\x07\x42\x01"
                               "a\x42\x01"
                               "b"})
        files.push_back(value_of(tensor + dim("\x08\x05")));
    files.push_back(value_of("\x08\x01" + dim("\x08\xff\xff\xff\xff\xff\xff\xff\xff\x7f") +
                             dim("\x08\xff\xff\xff\xff\xff\xff\xff\xff\x7f")));
    files.push_back(value_of("\x08\x01" + dim("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")));
    files.push_back(value_of("\x08\x01" + dim("\x08\x01") + dim("\x08\x01") + dim("\x08\x01") +
                             dim("\x08\x01") + dim("\x08\x01") + dim("\x08\x01") + dim("\x08\x01") +
                             dim("\x08\x01") + dim("\x08\x01")));
    files.push_back(as_record(nested('\x2a', nested('\x0a', nested('\x2a',
                                                                   "\x32\x08"
                                                                   "abcdefgh")))));
    return files;
}

// ---- IDX
// -----------------------------------------------------------------------------------------

// ---- ONNX
// ---------------------------------------------------------------------------------

std::vector<std::string> bad_onnx() {
    std::vector<std::string> files{"", "text", std::string(64, '\0'), std::string(64, '\xff')};
    const auto nested = [](char tag, const std::string& inside) {
        return std::string(1, tag) + static_cast<char>(inside.size()) + inside;
    };
    const std::string opset = nested('\x42', std::string("\x0a\0\x10\x11", 4));
    const auto model_of = [&](const std::string& graph) {
        return "\x08\x08" + nested('\x3a', graph) + opset;
    };
    const std::string output = nested('\x62', nested('\x0a', "y"));
    const std::string input =
        nested('\x5a', nested('\x0a', "x") +
                           nested('\x12', nested('\x0a', std::string("\x08\x01\x12\0", 4))));
    // No nodes, no inputs, and a node that reads what isn't there.
    files.push_back(model_of(""));
    files.push_back(model_of(output));
    files.push_back(model_of(input + output));
    const auto node = [&](const std::string& in, const std::string& op) {
        return nested('\x0a', nested('\x0a', in) + nested('\x12', "y") + nested('\x22', op));
    };
    files.push_back(model_of(node("nowhere", "Relu") + input + output));
    files.push_back(model_of(node("y", "Relu") + input + output));
    files.push_back(model_of(node("x", "Loop") + input + output));
    // Tensors whose sizes and data disagree; sizes that overflow.
    for (const std::uint64_t size : edges) {
        std::string varint;
        std::uint64_t rest = size;
        for (; rest > 127; rest >>= 7) varint += static_cast<char>(rest | 128);
        varint += static_cast<char>(rest);
        const std::string dims = '\x08' + varint + '\x08' + varint;
        files.push_back(model_of(
            nested('\x2a', dims + "\x10\x01\x42\1w" + nested('\x4a', "abcdefg")) + input + output));
        files.push_back(model_of(nested('\x2a', dims + "\x10\x08\x42\1w") + input + output));
        files.push_back(model_of(nested('\x2a', dims + "\x10\x01\x42\1w\x70\x01" +
                                                    nested('\x6a', nested('\x0a', "location") +
                                                                       nested('\x12', "../w"))) +
                                 input + output));
    }
    // A field of each number and wire type without its value.
    for (int number = 1; number < 16; ++number) {
        for (int type = 0; type < 8; ++type) {
            const std::string tag(1, static_cast<char>(number << 3 | type));
            files.push_back(tag);
            files.push_back(model_of(tag));
        }
    }
    return files;
}

std::vector<std::string> bad_idx() {
    std::vector<std::string> files;
    for (int type = 0; type < 256; ++type) {
        if (type >= 0x08 && type <= 0x0E && type != 0x0A) continue;
        files.push_back(std::string("\0\0", 2) + static_cast<char>(type) + '\1' + big_endian(2, 4) +
                        "ab");
    }
    for (const int rank : {0, 9, 100, 255})
        files.push_back(std::string("\0\0\x08", 3) + static_cast<char>(rank) +
                        std::string(1024, '\0'));
    for (const std::uint64_t size : edges) {
        if (size == 2 || size > 0xFFFFFFFF) continue;
        files.push_back(std::string("\0\0\x08\1", 4) + big_endian(size, 4) + "ab");
        files.push_back(std::string("\0\0\x0E\3", 4) + big_endian(size, 4) + big_endian(size, 4) +
                        big_endian(size, 4) + "ab");
    }
    files.push_back(std::string("\1\0\x08\1", 4) + big_endian(2, 4) + "ab");
    files.push_back(std::string("\0\0\x08\1", 4) + big_endian(2, 4) + "abc");
    return files;
}

// ---- CSV
// -----------------------------------------------------------------------------------------

std::vector<std::string> bad_csv() {
    std::vector<std::string> files;
    for (const char* text : {"",
                             "\n\n\n",
                             "1,2\n3\n",
                             "1,2\n3,4,5\n",
                             "1,\"2\n",
                             "1,2\n3,x\n",
                             "1,2\n3,1e999\n",
                             "1,2\n3,nan\n",
                             "1,2\n3,inf\n",
                             "1,2\n3,0x1\n",
                             "1,2\n3,1.2.3\n",
                             "1,2\n3,--1\n",
                             "1,2\n3,1e\n",
                             "1,2\n3,16777217\n",
                             "1,\"2\"x\n",
                             "a,1\n2,3\n",
                             "1,2\n3,\xff\n",
                             "\xff\xfe",
                             "1,2\n3,4\"\n",
                             "\"",
                             "\x1f\x8b\x08",
                             "1,2\n3,1_000\n"})
        files.push_back(text);
    files.push_back(std::string("1,2\n3,\0\n", 8));
    files.push_back("1," + repeated("9", 100'000) + "\n");
    files.push_back("\"" + repeated("a", 100'000));
    files.push_back(repeated("\"", 99'999));
    files.push_back(repeated("1,", 100'000) + "\n1\n");
    return files;
}

// ---- JSON
// ----------------------------------------------------------------------------------------

std::vector<std::string> bad_json() {
    std::vector<std::string> files;
    for (const char* text : {"",
                             " ",
                             "{",
                             "[",
                             "]",
                             "}",
                             "[1,]",
                             "[,1]",
                             "{\"a\"}",
                             "{\"a\":}",
                             "{\"a\":1,}",
                             "{a:1}",
                             "{'a':1}",
                             "[1 2]",
                             "01",
                             "+1",
                             ".5",
                             "1.",
                             "1e",
                             "0x1",
                             "NaN",
                             "nan",
                             "Infinity",
                             "-",
                             "tru",
                             "True",
                             "nul",
                             "[1]x",
                             "[1][2]",
                             "\"",
                             "\"\\\"",
                             "\"\\x\"",
                             "\"\\u12\"",
                             "\"\\ud800\"",
                             "\"\\udc00\\ud800\"",
                             "\"\x01\"",
                             "\"\xff\"",
                             "\"\xc0\x80\"",
                             "\"\xed\xa0\x80\"",
                             "\"\xf4\x90\x80\x80\"",
                             "1e999",
                             "-1e999",
                             "{\"a\":1,\"a\":2}",
                             "//",
                             "/**/1",
                             "[1]//",
                             "\xEF\xBB\xBF[]x"})
        files.push_back(text);
    files.push_back(std::string("[1]\0", 4));
    files.push_back(std::string("[1]\0[2]", 7));
    for (const int depth : {101, 1000, 100'000}) {
        files.push_back(repeated("[", depth) + repeated("]", depth));
        files.push_back(repeated("{\"a\":", depth) + "1" + repeated("}", depth));
        files.push_back(repeated("[", depth));
    }
    return files;
}

std::string sequential(const std::string& layers) {
    return R"({"class_name": "Sequential", "config": {"name": "m", "layers": [)" + layers + "]}}";
}
const std::string input =
    R"({"class_name": "InputLayer", "config": {"batch_shape": [null, 4], "name": "i"}},)";

std::vector<std::string> bad_architectures() {
    std::vector<std::string> files = bad_json();
    for (const char* text :
         {"{}", "[]", "3", R"({"class_name": "Sequential"})",
          R"({"class_name": "Sequential", "config": 3})", R"({"class_name": 3, "config": {}})",
          R"({"class_name": "os.system", "config": {}})",
          R"({"class_name": "Dense", "config": {}})",
          R"({"class_name": "Functional", "config": {"layers": []}})",
          R"({"class_name": "Sequential", "config": {"layers": 3}})"})
        files.push_back(text);
    for (const char* layer :
         {R"({"class_name": "Dense", "config": {"units": -1}})",
          R"({"class_name": "Dense", "config": {"units": 0}})",
          R"({"class_name": "Dense", "config": {"units": 1e30}})",
          R"({"class_name": "Dense", "config": {"units": "3"}})",
          R"({"class_name": "Dense", "config": {"units": [3]}})",
          R"({"class_name": "Dense", "config": {"units": 2, "activation": "evil"}})",
          R"({"class_name": "Dense", "config": {"units": 2, "activation": {"class_name": "x"}}})",
          R"({"class_name": "Lambda", "config": {"function": "4wEAAAA="}})",
          R"({"class_name": "Dens", "config": {"units": 2}})", R"({"class_name": "Dense"})",
          R"({"config": {}})", "3", "null", "[]"})
        files.push_back(sequential(input + layer));
    std::string nested = sequential(input + R"({"class_name": "Dense", "config": {"units": 1}})");
    for (int depth = 0; depth < 60; ++depth) nested = sequential(nested);
    files.push_back(nested);
    return files;
}

// Sound safetensors files with something wrong in their metadata.
std::vector<std::string> bad_models() {
    std::vector<std::string> files = bad_safetensors();
    const auto add = [&](const shikumi::Config& metadata) {
        try {
            files.push_back(
                safetensors_of(shikumi::nn::to_json(shikumi::Config{{"__metadata__", metadata}})));
        } catch (const shikumi::ValueError&) {
            // text that isn't UTF-8 can't be written there
        }
    };
    const std::string dense =
        R"({"class_name": "Sequential", "config": {"name": "m", "layers": [{"class_name": "Dense",)"
        R"( "config": {"units": 2}, "build_config": {"input_shape": [null, 3]}}]}})";
    add(shikumi::Config::Object{});
    add({{"architecture", dense}});
    for (const char* version : {"", "0", "2", "1.0", "one", "-1", "99999999999999999999"})
        add({{"shikumi", version}, {"training", "{}"}, {"architecture", dense}});
    for (const std::string& json : bad_json())
        add({{"shikumi", "1"}, {"training", json}, {"architecture", dense}});
    for (const std::string& json : bad_architectures())
        add({{"shikumi", "1"}, {"training", "{}"}, {"architecture", json}});
    // An architecture alone may ask for weights that nobody has made yet; a model's file may not.
    for (const char* units : {"9223372036854775807", "1000000000"}) {
        const std::string huge =
            sequential(input + R"({"class_name": "Dense", "config": {"units": )" + units + "}}");
        add({{"shikumi", "1"}, {"training", "{}"}, {"architecture", huge}});
    }
    for (const std::string& json : bad_json())
        add({{"shikumi", "1"}, {"training", "{}"}, {"architecture", dense}, {"compile", json}});
    return files;
}

// ---- pictures
// ------------------------------------------------------------------------------------

namespace {

std::string chunk(const std::string& type, const std::string& data) {
    const std::string checked = type + data;
    const auto crc =
        crc32(0, reinterpret_cast<const Bytef*>(checked.data()), static_cast<uInt>(checked.size()));
    return big_endian(data.size(), 4) + checked + big_endian(crc, 4);
}

std::string zlib_stream(const std::string& data) {
    const auto adler =
        adler32(1, reinterpret_cast<const Bytef*>(data.data()), static_cast<uInt>(data.size()));
    return "\x78\x9c" + deflated(data) + big_endian(adler, 4);
}

constexpr char png_signature[] = "\x89PNG\r\n\x1a\n";

std::string png_header(std::uint64_t columns, std::uint64_t rows, int depth, int color,
                       const std::string& rest = std::string(3, '\0')) {
    return chunk("IHDR", big_endian(columns, 4) + big_endian(rows, 4) + static_cast<char>(depth) +
                             static_cast<char>(color) + rest);
}

}  // namespace

std::vector<std::string> bad_png() {
    std::vector<std::string> files;
    const std::string header = png_header(2, 2, 8, 0), end = chunk("IEND", "");
    const std::string data = chunk("IDAT", zlib_stream(std::string("\0ab\0cd", 6)));
    const std::string start = png_signature;
    for (const std::uint64_t size : edges) {
        if (size == 2 || size > 0xFFFFFFFF) continue;
        if (size != 1) files.push_back(start + png_header(size, 2, 8, 0) + data + end);
        if (size > 2) files.push_back(start + png_header(2, size, 8, 0) + data + end);
        files.push_back(start + png_header(size, size, 16, 6) + chunk("IDAT", "") + end);
        std::string longer = start + header + data + end;
        longer.replace(start.size() + header.size(), 4, big_endian(size, 4));
        if (size != data.size() - 12) files.push_back(longer);
    }
    for (const int depth : {0, 3, 5, 7, 9, 32, 255})
        files.push_back(start + png_header(2, 2, depth, 0) + data + end);
    for (const int color : {1, 5, 7, 8, 255})
        files.push_back(start + png_header(2, 2, 8, color) + data + end);
    for (const char* rest : {"\1\0\0", "\0\1\0", "\0\0\2"})
        files.push_back(start + png_header(2, 2, 8, 0, std::string(rest, 3)) + data + end);
    for (const std::string& body :
         {header + end, data + end, header + header + data + end, header + data,
          header + chunk("IDAT", "") + end, header + chunk("IDAT", "x") + end,
          header + chunk("IDAT", zlib_stream(std::string("\0ab", 3))) + end,
          header + chunk("IDAT", zlib_stream(std::string("\5ab\5cd", 6))) + end,
          header + data + end + "x", header + chunk("ABCD", "x") + data + end,
          png_header(2, 2, 8, 3) + data + end})
        files.push_back(start + body);
    files.push_back(start);
    files.push_back("GIF89a" + std::string(20, '\0'));
    return files;
}

std::vector<std::string> bad_jpeg() {
    std::vector<std::string> files;
    const std::string start = "\xFF\xD8", end = "\xFF\xD9";
    const auto segment = [](int marker, const std::string& data, int extra = 0) {
        return std::string("\xFF") + static_cast<char>(marker) +
               big_endian(data.size() + 2 + static_cast<std::size_t>(extra), 2) + data;
    };
    const auto frame = [&](std::uint64_t rows, std::uint64_t columns, int components,
                           int precision = 8) {
        std::string data = static_cast<char>(precision) + big_endian(rows, 2) +
                           big_endian(columns, 2) + static_cast<char>(components);
        for (int i = 0; i < components; ++i)
            data += std::string(1, static_cast<char>(i + 1)) + "\x11" + std::string(1, '\0');
        return data;
    };
    for (const std::uint64_t rows : edges) {
        for (const std::uint64_t columns : edges) {
            if (rows <= 0xFFFF && columns <= 0xFFFF)
                files.push_back(start + segment(0xC0, frame(rows, columns, 1)) + end);
        }
    }
    for (const int components : {0, 2, 4, 5, 255})
        files.push_back(start + segment(0xC0, frame(8, 8, components % 16)) + end);
    for (const int marker : {0xC1, 0xC3, 0xC5, 0xC9, 0xCB, 0xCF, 0xDC, 0x01, 0xFE})
        files.push_back(start + segment(marker, frame(8, 8, 1)) + end);
    for (const int extra : {-1, 1, 1000, 60'000})
        files.push_back(start + segment(0xC0, frame(8, 8, 1), extra) + end);
    files.push_back(start);
    files.push_back(start + end);
    files.push_back(start + segment(0xDA, std::string("\1\1\0\0\x3f\0", 6)) + end);
    files.push_back(start + segment(0xC4, std::string(17, '\xff')) + end);
    files.push_back(start + segment(0xDB, std::string("\x10", 1)) + end);
    return files;
}

}  // namespace shikumi_test
