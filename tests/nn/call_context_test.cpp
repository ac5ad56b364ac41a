// CallContext: losses, updates and masks of a call, the running layers, and the entry of a call.
#include <memory>
#include <string>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"

using namespace shikumi;
using nn::CallContext;
using nn::Copies;
using nn::Mode;
using shikumi_test::contains;

namespace {

// Counts its calls, penalises its input and masks its output.
struct Busy final : nn::Layer {
    void build(const Spec&) override {
        calls = add_weight("calls", {}, nn::zeros_init(), {.trainable = false});
    }
    Tensor call(const Tensor& x, Mode) override {
        add_update(calls, calls.value() + 1);
        add_loss(mean(x));
        const Tensor y = x * 2;
        if (CallContext* context = CallContext::current())
            context->set_mask(y, ones({x.shape()[0], x.shape()[1]}, bool_));
        return y;
    }
    Parameter calls;
};

double calls_of(const Busy& layer) { return layer.calls.value().item<double>(); }

// A custom class around a chain.
struct Wrapper final : nn::Model {
    Tensor call(const Tensor& x, Mode mode) override { return chain(x, mode); }
    nn::Sequential chain{"chain"};
};

}  // namespace

TEST_CASE("a context collects losses, updates and masks", "[nn]") {
    CHECK(CallContext::current() == nullptr);
    Busy layer;
    const Tensor x = full({2, 3, 4}, 5);
    layer.ensure_built(x.spec());
    const CallContext context;
    CHECK(CallContext::current() == &context);
    const Tensor y = layer(x);
    REQUIRE(context.losses().size() == 1);
    CHECK(context.losses()[0].item<double>() == 5);
    REQUIRE(context.updates().size() == 1);
    CHECK(context.updates()[0].parameter == layer.calls);
    CHECK(calls_of(layer) == 0);  // the owner of the context stores the updates
    CHECK(nn::mask_of(y).shape() == Shape{2, 3});
    CHECK_FALSE(nn::mask_of(x).defined());

    layer(x);
    CHECK(context.losses().size() == 2);
    CHECK(context.updates().size() == 1);  // the later value replaces the earlier one
    {
        const CallContext inner;
        layer(x);
        CHECK(inner.losses().size() == 1);
        CHECK_FALSE(nn::mask_of(y).defined());
    }
    CHECK(context.losses().size() == 2);
    CHECK(CallContext::current() == &context);
}

TEST_CASE("without a context the outermost call stores the states", "[nn]") {
    const auto layer = std::make_shared<Busy>();
    const Tensor x = ones({2, 3, 4});
    (*layer)(x);
    CHECK(calls_of(*layer) == 1);
    nn::Sequential chain;
    chain.add(layer);
    chain(x);
    CHECK(calls_of(*layer) == 2);
    const nn::Input input({3, 4});
    nn::Model model(input, input | nn::SharedLayer(layer));
    model(x);
    CHECK(calls_of(*layer) == 3);
    CHECK(CallContext::current() == nullptr);
}

TEST_CASE("a context says how layers are copied", "[nn]") {
    nn::Dense dense(3);
    dense(ones({1, 2}));
    CHECK_FALSE(nn::copies_are_unbuilt());
    const nn::Dense sharing(dense);
    CHECK(sharing.built());
    CHECK(sharing.weights()[0] == dense.weights()[0]);

    const CallContext unbuilt(Copies::unbuilt);
    const CallContext inside;  // inherits it
    CHECK(nn::copies_are_unbuilt());
    nn::Dense fresh(dense);
    CHECK_FALSE(fresh.built());
    CHECK(fresh.weights().empty());
    const CallContext again(Copies::share_weights);
    CHECK_FALSE(nn::copies_are_unbuilt());
}

TEST_CASE("a layer inside a nested context still knows its caller", "[nn]") {
    struct Outer final : nn::Layer {
        Tensor call(const Tensor& x, Mode mode) override {
            const CallContext own;
            return dense(x, mode);
        }
        nn::Dense dense{2, {.name = "inside"}};
    };
    Outer outer;
    outer(ones({1, 3}));
    REQUIRE(outer.inner_layers().size() == 1);
    CHECK(outer.weights()[0].name() == outer.name() + "/inside/kernel");
}

TEST_CASE("the static type of a model doesn't decide how it is called", "[nn]") {
    const auto as_layer = [](nn::Layer& layer, const Tensor& x) { return layer(x); };
    const Tensor x = ones({2, 3});
    Wrapper direct, indirect;
    for (Wrapper* wrapper : {&direct, &indirect}) wrapper->chain.add(nn::Dense(4));
    direct(x);
    as_layer(indirect, x);
    for (Wrapper* wrapper : {&direct, &indirect}) {
        CHECK(wrapper->built());
        REQUIRE(wrapper->inner_layers().size() == 1);
        CHECK(wrapper->inner_layers()[0] == &wrapper->chain);
        CHECK(wrapper->output().shape.back() == 4);
        CHECK_THAT(wrapper->parameters()[0].name(), contains("/chain/dense"));
        CHECK_THAT(wrapper->summary(), contains("chain (Sequential)"));
    }
    REQUIRE_THROWS_WITH(direct(ones({2, 5})), contains("in layer 'chain'") &&
                                                  contains("in layer '" + direct.name() + "'"));

    // A chain that is never called has no part in names and errors.
    nn::Sequential chain{nn::Dense(4, {.name = "only"})};
    as_layer(chain, x);
    CHECK(chain.parameters()[0].name() == "only/kernel");
    REQUIRE_THROWS_WITH(as_layer(chain, ones({2, 5})), !contains("Sequential"));
}
