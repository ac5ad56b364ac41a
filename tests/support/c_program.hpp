// Models as C programs: compiled by the system's compiler, and run on samples.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <shikumi/nn/nn.hpp>

#include "support/temporary.hpp"

namespace shikumi_test {

// How a program is compiled beside the warnings.
inline const std::string plain_c = "-O1", sanitized_c =
                                              "-O1 -g -fsanitize=address,undefined "
                                              "-fno-sanitize-recover=all";

inline bool has_c_compiler() {
    static const bool has = std::system("cc --version > /dev/null 2>&1") == 0;
    return has;
}

// A model as a program of its own in a folder.
class CProgramOfModel {
public:
    // Writes and compiles it. Throws what save_c throws; std::runtime_error, with what the compiler
    // says, where there is a warning.
    explicit CProgramOfModel(shikumi::nn::Model& model, const std::string& how = plain_c) {
        shikumi::nn::save_c(model, (folder_.path() / "net.c").string());
        for (const shikumi::Spec& spec : model.built_for())
            inputs_.push_back(shikumi::nn::without_batch(spec.shape));
        for (const shikumi::Spec& spec : model.outputs())
            outputs_.push_back(shikumi::nn::without_batch(spec.shape));
        folder_.write("main.c", main_text());
        run("cc -std=c99 -Wall -Wextra -Werror -pedantic " + how + " -o net net.c main.c -lm");
    }
    // What it gives for these samples.
    std::vector<shikumi::Tensor> predict(const std::vector<shikumi::Tensor>& x) const {
        const shikumi::Index samples = x.front().shape()[0];
        std::ofstream in(folder_.path() / "x", std::ios::binary);
        for (shikumi::Index i = 0; i < samples; ++i) {
            for (const shikumi::Tensor& one : x) {
                const auto values =
                    shikumi::slice(one.cast(shikumi::f32), {{i, i + 1}}).to_vector<float>();
                in.write(reinterpret_cast<const char*>(values.data()),
                         static_cast<std::streamsize>(values.size() * sizeof(float)));
            }
        }
        in.close();
        run("./net < x > y");
        const std::string bytes = contents(folder_.path() / "y");
        std::vector<std::vector<float>> values(outputs_.size());
        std::size_t at = 0;
        for (shikumi::Index i = 0; i < samples; ++i) {
            for (std::size_t k = 0; k < outputs_.size(); ++k) {
                for (shikumi::Index j = 0; j < outputs_[k].size(); ++j, at += sizeof(float)) {
                    float value = 0;
                    bytes.copy(reinterpret_cast<char*>(&value), sizeof value, at);
                    values[k].push_back(value);
                }
            }
        }
        std::vector<shikumi::Tensor> y;
        for (std::size_t k = 0; k < outputs_.size(); ++k)
            y.push_back(shikumi::reshape(shikumi::tensor(values[k]),
                                         shikumi::nn::batch_of(samples, outputs_[k])));
        return y;
    }
    const std::filesystem::path& folder() const { return folder_.path(); }

private:
    // Reads samples from standard input, writes what comes out.
    std::string main_text() const {
        std::string text = "#include <stdio.h>\n#include \"net.h\"\nint main(void)\n{\n", reads,
                    writes, arguments;
        const auto add = [&](char letter, std::size_t i, std::size_t count) {
            const std::string name = letter + (count > 1 ? std::to_string(i) : std::string());
            const std::string size = std::string("NET_") + (letter == 'x' ? "X" : "Y") +
                                     (count > 1 ? std::to_string(i) : std::string());
            text += "    static float " + name + "[" + size + "];\n";
            arguments += (arguments.empty() ? "" : ", ") + name;
            if (letter == 'x')
                reads += (reads.empty() ? "" : " && ") +
                         ("fread(" + name + ", sizeof(float), " + size + ", stdin) == " + size);
            else
                writes += "        fwrite(" + name + ", sizeof(float), " + size + ", stdout);\n";
        };
        for (std::size_t i = 0; i < inputs_.size(); ++i) add('x', i, inputs_.size());
        for (std::size_t i = 0; i < outputs_.size(); ++i) add('y', i, outputs_.size());
        return text + "    while (" + reads + ") {\n        net_predict(" + arguments + ");\n" +
               writes + "    }\n    return 0;\n}\n";
    }
    void run(const std::string& command) const {
        const std::string in_folder =
            "cd '" + folder_.path().string() + "' && { " + command + "; } 2> said";
        if (std::system(in_folder.c_str()) != 0)
            throw std::runtime_error(command + ": " + contents(folder_.path() / "said"));
    }

    TemporaryFolder folder_;
    std::vector<shikumi::Shape> inputs_, outputs_;
};

}  // namespace shikumi_test
