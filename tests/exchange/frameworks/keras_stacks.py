"""Random stacks of layers of Keras 3 or 2."""
import numpy

ACTIVATIONS = ["linear", "relu", "tanh", "sigmoid", "elu", "selu", "softplus", "silu", "gelu"]


class Builder:
    """Chooses layers for what comes out of those before."""

    def __init__(self, keras, number):
        self.random = numpy.random.default_rng(number)
        self.keras, self.layers = keras, keras.layers

    def below(self, count):
        return int(self.random.integers(count))

    def coin(self):
        return bool(self.below(2))

    def units(self):
        return 2 + self.below(6)

    def activation(self):
        return ACTIVATIONS[self.below(len(ACTIVATIONS))]

    def pick(self, *makers):
        return makers[self.below(len(makers))]()

    def for_rows(self):
        return self.pick(
            lambda: self.layers.BatchNormalization(scale=self.coin()),
            lambda: self.layers.LayerNormalization(),
            lambda: self.layers.Activation(self.activation()),
            lambda: self.layers.LeakyReLU(0.125),
            lambda: self.layers.PReLU(alpha_initializer=self.keras.initializers.Constant(0.25)),
            *[lambda: self.layers.Dense(self.units(), self.activation(), use_bias=self.coin())] * 3,
        )

    def for_sequences(self):
        return self.pick(
            lambda: self.layers.Conv1D(self.units(), 3, padding="causal", dilation_rate=1 + self.below(2),
                                       activation=self.activation(), use_bias=self.coin()),
            lambda: self.layers.LSTM(self.units(), return_sequences=True, go_backwards=self.coin()),
            lambda: self.layers.GRU(self.units(), return_sequences=True, reset_after=self.coin()),
            lambda: self.layers.SimpleRNN(self.units(), return_sequences=True),
            lambda: self.layers.Bidirectional(self.layers.LSTM(self.units(), return_sequences=True),
                                              merge_mode=["concat", "sum", "mul", "ave"][self.below(4)]),
            lambda: self.layers.LayerNormalization(),
            lambda: self.layers.BatchNormalization(),
            lambda: self.layers.TimeDistributed(self.layers.Dense(self.units(), "tanh")),
            lambda: self.layers.Dense(self.units(), self.activation()),
        )

    def for_pictures(self):
        return self.pick(
            lambda: self.layers.Conv2D(self.units(), (1 + self.below(3), 3), strides=1 + self.below(2),
                                       padding="same", activation=self.activation(), use_bias=self.coin()),
            lambda: self.layers.MaxPooling2D(2, strides=1, padding="same"),
            lambda: self.layers.AveragePooling2D(2, strides=1, padding="same"),
            lambda: self.layers.BatchNormalization(),
            lambda: self.layers.DepthwiseConv2D(3, padding="same", depth_multiplier=1 + self.below(2)),
            lambda: self.layers.SeparableConv2D(self.units(), 3, padding="same"),
            lambda: self.layers.ZeroPadding2D(1),
            lambda: self.layers.Conv2DTranspose(self.units(), 3, padding="same"),
            lambda: self.layers.LayerNormalization(),
        )

    def rows(self, count):
        shape = (self.units(),)
        return shape, [self.for_rows() for _ in range(count)]

    def sequences(self, count):
        end = self.pick(lambda: self.layers.LSTM(self.units(), use_bias=self.coin()),
                        lambda: self.layers.GRU(self.units(), reset_after=self.coin()),
                        self.layers.GlobalAveragePooling1D,
                        lambda: self.layers.Bidirectional(self.layers.SimpleRNN(self.units())), self.layers.Flatten)
        shape = (6, self.units())
        return shape, [*[self.for_sequences() for _ in range(count)], end]

    def pictures(self, count):
        end = self.pick(self.layers.GlobalAveragePooling2D, self.layers.GlobalMaxPooling2D, self.layers.Flatten)
        shape = (8, 7, self.units())
        return shape, [*[self.for_pictures() for _ in range(count)], end]

    def tokens(self, count):
        words = [self.layers.Embedding(11, self.units(), mask_zero=self.coin())]
        for _ in range(count // 3):
            kind = self.layers.LSTM if self.coin() else self.layers.GRU
            words.append(kind(self.units(), return_sequences=True))
        return (7,), [*words, self.layers.LSTM(self.units())]


def stack(keras, number):
    """The stack of that number, in Keras 3 or 2, and samples for it."""
    keras.utils.set_random_seed(number)
    keras.backend.clear_session()
    builder = Builder(keras, number)
    kind = ["rows", "sequences", "pictures", "tokens"][number % 4]
    shape, parts = getattr(builder, kind)(2 + builder.below(5))
    integers = kind == "tokens"
    start = keras.Input(shape, dtype="int32" if integers else "float32")
    end = keras.layers.Dense(3, "softmax" if builder.coin() else "linear")
    model = keras.Sequential([start, *parts, end], name=f"stack_{number}")
    samples = (6, *shape)
    x = builder.random.integers(0, 11, samples) if integers else builder.random.standard_normal(samples)
    return model, [x.astype("int32" if integers else "float32")]
