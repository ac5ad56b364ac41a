// Checks the rules of HACKING.md on the real tree; each rule must also find a planted mistake.
#include "source_tree.hpp"

#include <fstream>
#include <sstream>

#include "catch.hpp"
#include "drawing.hpp"

using namespace shikumi_test;

namespace {

const char* const architecture = SHIKUMI_TEST_SOURCE_DIR "/docs/architecture.md";

std::string read(const char* path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
}

}  // namespace

TEST_CASE("the tree is read", "[structure]") {
    CHECK(project().size() > 10);
    CHECK(std::any_of(project().begin(), project().end(), [](const File& f) {
        return f.path == "tests/structure/source_tree_test.cpp";
    }));
}

TEST_CASE("includes go to the same floor or down", "[structure]") {
    CHECK(text(floors(project())) == "");
}

TEST_CASE("dependencies stay where they are needed", "[structure]") {
    CHECK(text(containment(project())) == "");
}

TEST_CASE("headers leave the user's names alone", "[structure]") {
    CHECK(text(clean_headers(project())) == "");
}

TEST_CASE("internal names are in a namespace detail", "[structure]") {
    CHECK(text(border(project())) == "");
}

TEST_CASE("no circle of folders", "[structure]") { CHECK(text(circles(project())) == ""); }

TEST_CASE("tests lie where the sources lie", "[structure]") {
    CHECK(text(mirrored(project())) == "");
}

TEST_CASE("the drawing in docs/architecture.md shows the tree as it is", "[structure]") {
    const std::string page = read(architecture);
    INFO("docs/draw brings it up to date");
    CHECK(page == with_drawing(page, drawing(project())));
}

TEST_CASE("docs/draw", "[.draw]") {
    const std::string page = with_drawing(read(architecture), drawing(project()));
    std::ofstream(architecture, std::ios::binary) << page;
}

TEST_CASE("the library neither prints nor aborts", "[structure]") {
    CHECK(text(quiet_library(project())) == "");
}

TEST_CASE("check_layer has tried every layer", "[structure]") {
    CHECK(text(layers_are_checked(project())) == "");
}

TEST_CASE("files can hold every layer", "[structure]") {
    CHECK(text(layers_can_be_saved(project())) == "");
}

TEST_CASE("comments are not code", "[structure]") {
    CHECK(without_comments("a // b\nc") == "a \nc");
    CHECK(without_comments("a /* b\n */ c") == "a     \n    c");
    CHECK(without_comments("\"http://x\" // y") == "\"http://x\" ");
    CHECK(without_comments("'\"' // y") == "'\"' ");
    CHECK(without_comments("1'000 // y'") == "1'000 ");
    CHECK(without_comments(R"code("a\"//b" // y)code") == R"code("a\"//b" )code");
    CHECK(without_comments("R\"x(a // \" b)x\" // y") == "R\"x(a // \" b)x\" ");

    const auto found =
        includes({"a.cpp", "// #include <no>\n#include <yes>\n  #  include \"too\"\n"});
    REQUIRE(found.size() == 2);
    CHECK((found[0].name == "yes" && found[0].angled && found[0].line == 2));
    CHECK((found[1].name == "too" && !found[1].angled && found[1].line == 3));
}

TEST_CASE("a planted mistake is found: floors", "[structure]") {
    const File core{"autograd/core/shape.hpp", ""};
    const File layer{"nn/layer.hpp",
                     "#include <shikumi/autograd/core/shape.hpp>\n#include <vector>\n"};
    CHECK(text(floors({core, layer})) == "");

    const File upward{"autograd/core/shape.hpp", "\n#include <shikumi/nn/layer.hpp>\n"};
    CHECK_THAT(text(floors({upward, layer})),
               contains("autograd/core/shape.hpp:2: floor 0 includes nn/layer.hpp"));
    const File beside{"autograd/core/shape.hpp", "#include \"../ops/add.hpp\"\n"};
    CHECK_THAT(text(floors({beside, {"autograd/ops/add.hpp", ""}})),
               contains("floor 0 includes autograd/ops/add.hpp"));
    CHECK_THAT(text(floors({layer})),
               contains("nn/layer.hpp:1: shikumi/autograd/core/shape.hpp does not exist"));
    CHECK_THAT(text(floors({{"autograd/odd/a.hpp", ""}})),
               contains("autograd/odd/a.hpp stands on no floor"));

    const File everything{"optim/sgd.cpp", "#include <shikumi/shikumi.hpp>\n"};
    CHECK_THAT(text(floors({everything, {"include/shikumi/shikumi.hpp", ""}})),
               contains("optim/sgd.cpp:1: floor 6"));
}

TEST_CASE("a planted mistake is found: containment", "[structure]") {
    const File gemm{"autograd/kernels/gemm.cpp", "#include <cblas.h>\n"};
    CHECK(text(containment({gemm})) == "");
    CHECK(text(containment({gemm,
                            {"autograd/boost_graph/graph.hpp",
                             "#include <boost/graph/graph_traits.hpp>\n"}})) == "");

    CHECK_THAT(text(containment({})), contains("one file of the library includes cblas.h, not 0"));
    CHECK_THAT(text(containment({gemm, {"autograd/kernels/b.cpp", "#include <cblas.h>\n"}})),
               contains("not 2"));
    CHECK(text(containment({gemm, {"bench/peers/a.cpp", "#include <cblas.h>\n"}})) == "");
    const auto alone = [&](const char* path, const char* header) {
        return text(containment({gemm, {path, "#include <" + std::string(header) + ">\n"}}));
    };
    CHECK_THAT(alone("nn/dense.cpp", "cblas.h"),
               contains("cblas.h belongs only in autograd/kernels/"));
    CHECK_THAT(alone("autograd/kernels/gemm.cpp", "oneapi/dnnl/dnnl.h"),
               contains("belongs only in autograd/kernels/detail/onednn.cpp"));
    CHECK_THAT(alone("nn/dense.cpp", "boost/core/demangle.hpp"),
               contains("belongs only in nn/detail/class_name.cpp"));
    CHECK_THAT(alone("nn/dense.cpp", "boost/graph/topological_sort.hpp"),
               contains("nn/dense.cpp:1: boost/graph"));
    CHECK_THAT(alone("include/shikumi/shikumi.hpp", "boost/graph/graphviz.hpp"),
               contains("belongs only in"));
    CHECK_THAT(alone("tests/a.cpp", "boost/program_options.hpp"),
               contains("belongs only in examples/, command/"));
    CHECK_THAT(alone("nn/save.cpp", "zlib.h"), contains("belongs only in datasets/"));
    CHECK_THAT(alone("examples/mnist.cpp", "curl/curl.h"), contains("belongs only in datasets/"));
}

TEST_CASE("a planted mistake is found: headers", "[structure]") {
    const auto complaints = [](const char* body) {
        return text(clean_headers({{"nn/a.hpp", body}}));
    };
    CHECK(complaints("#pragma once\n// using namespace std;\n") == "");
    CHECK(complaints("// a\n#ifndef A_HPP\n#define A_HPP\n#endif\n") == "");

    CHECK_THAT(complaints("#pragma once\nusing  namespace std;\n"),
               contains("nn/a.hpp:2: a header has no"));
    CHECK_THAT(complaints("#pragma once\n#define MAX 3\n"),
               contains("nn/a.hpp:2: a header defines no macro"));
    CHECK_THAT(complaints("#ifndef A\nint x;\n#define A\n#endif\n"),
               contains("nn/a.hpp:3: a header defines no macro"));
    CHECK(clean_headers({{"nn/a.cpp", "using namespace shikumi;\n"}}).empty());
}

TEST_CASE("a planted mistake is found: the border", "[structure]") {
    const File top{"include/shikumi/shikumi.hpp", "#include <shikumi/nn/nn.hpp>\n"};
    const File graph{"include/shikumi/graph.hpp", ""}, formats{"include/shikumi/formats.hpp", ""};
    const File front{"nn/nn.hpp",
                     "#include <shikumi/nn/nn.hpp>\n"};  // a circle must not hang the search
    const auto complaints = [&](const File& file) {
        return text(border({top, graph, formats, front, file}));
    };
    CHECK(complaints({"nn/layers/detail/a.hpp", "namespace shikumi::nn::detail {\n"}) == "");
    CHECK(complaints({"autograd/kernels/gemm.hpp", "namespace shikumi::kernels {\n"}) == "");
    CHECK(complaints({"nn/detail/a.hpp", "namespace shikumi {\nclass Graph;\n}\n"}) == "");
    CHECK_THAT(complaints({"nn/layers/detail/a.hpp", "\nnamespace shikumi::nn {\n"}),
               contains("nn/layers/detail/a.hpp:2: no front door leads here"));
    CHECK_THAT(text(border({front})), contains("include/shikumi/shikumi.hpp does not exist"));
    CHECK(public_headers({top, graph, formats, front, {"nn/a.hpp", ""}}).size() == 4);
}

TEST_CASE("a planted mistake is found: circles", "[structure]") {
    const File a{"nn/models/a.hpp", "#include <shikumi/nn/layers/detail/b.hpp>\n"};
    const File b{"nn/layers/detail/b.hpp", "#include <shikumi/nn/layers/c.hpp>\n"};
    const auto complaints = [&](const char* body) {
        return text(circles({a, b, {"nn/layers/c.hpp", body}, {"nn/nn.hpp", ""}}));
    };
    CHECK(complaints("") == "");
    CHECK_THAT(complaints("#include <shikumi/nn/models/a.hpp>\n"),
               contains("a circle of folders: nn/layers -> nn/models -> nn/layers"));
    // A folder's umbrella header includes its files; only files outside the folder include it.
    CHECK(text(circles(
              {{"nn/nn.hpp", "#include <shikumi/nn/layer.hpp>\n"}, {"nn/layer.hpp", ""}})) == "");
}

TEST_CASE("a planted mistake is found: a folder without tests", "[structure]") {
    const File source{"nn/io/npz.cpp", ""}, beside{"nn/layers/detail/a.hpp", ""};
    const File test{"tests/nn/io/npz_test.cpp", ""};
    CHECK(text(mirrored({source, test})) == "");
    CHECK(text(mirrored({source, test, beside})) ==
          "no test of nn/layers lies in tests/nn/layers\n");
}

TEST_CASE("the drawing leaves out implied includes", "[structure]") {
    const Tree tree{{"autograd/core/a.hpp", ""},
                    {"autograd/memory/b.hpp", "#include <shikumi/autograd/core/a.hpp>\n"},
                    {"optim/c.cpp",
                     "#include <shikumi/autograd/memory/b.hpp>\n"
                     "#include <shikumi/autograd/core/a.hpp>\n"}};
    const std::string all = drawing(tree);
    CHECK_THAT(all, contains("optim --> autograd_memory\n"));
    CHECK_THAT(all, contains("autograd_memory --> autograd_core\n"));
    CHECK_THAT(all, !contains("optim --> autograd_core\n"));
    CHECK_THAT(all, contains("| F6 | `optim` | autograd/core, autograd/memory |\n"));
    CHECK_THROWS(with_drawing("a page without its marks", all));
}

TEST_CASE("a planted mistake is found: prints or aborts", "[structure]") {
    const auto complaints = [](const char* path, const char* body) {
        return text(quiet_library({{path, body}}));
    };
    CHECK(complaints("nn/a.cpp", "std::snprintf(b, n, \"x\"); on_exit(); // std::abort()\n") == "");
    CHECK(complaints("examples/a.cpp", "std::exit(2);\n") == "");
    CHECK_THAT(complaints("nn/a.cpp", "\nstd::cerr << 1;\n"),
               contains("nn/a.cpp:2: the library throws"));
    CHECK_THAT(complaints("optim/a.cpp", "assert(x);\n"), contains("the library throws"));
    CHECK_THAT(complaints("nn/a.cpp", "std::fputs(s, stderr);\n"), contains("the library throws"));
    CHECK_THAT(complaints("datasets/a.cpp", "std::exit(1);\n"), contains("the library throws"));
}

TEST_CASE("a planted mistake is found: a layer without its test", "[structure]") {
    const File layers{"nn/a.hpp",
                      "class Base : public Layer {};\nclass One final : public Base {};\n"
                      "struct Options : Other {};\n"};
    const auto complaints = [&](const char* body) {
        return text(layers_are_checked({layers, {"tests/nn/a_test.cpp", body}}));
    };
    CHECK(complaints("nn::check_layer(nn::Twice(nn::One({3}, 2)), {2, 3});\n") == "");
    CHECK(complaints("// nn::check_layer(nn::One());\nnn::One one;\n") ==
          "nn/a.hpp: no test hands One to check_layer\n");
}

TEST_CASE("a planted mistake is found: a layer that no file can hold", "[structure]") {
    const File layers{"nn/layers/a.hpp",
                      "class Base : public Layer {};\nclass One final : public Base {};\n"
                      "class Two final : public Layer {};\nstruct Options : Other {};\n"};
    const auto complaints = [&](const char* list) {
        return text(layers_can_be_saved({layers, {"nn/io/architecture.cpp", list}}));
    };
    CHECK(complaints("classes<One, Two>();\n") == "");
    CHECK(complaints("classes<One>();  // Two\n") ==
          "nn/layers/a.hpp: no file can hold Two, which nn/io/architecture.cpp doesn't list\n");
}
