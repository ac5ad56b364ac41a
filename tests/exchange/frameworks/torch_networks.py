"""Networks as programs on PyTorch have them, for its exporters to ONNX."""
import torch

nn = torch.nn
functional = nn.functional


class Residual(nn.Module):
    """A block of ResNet, whose shortcut is a convolution where the size changes."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(),
                                  nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs))
        same = inputs == outputs and stride == 1
        self.shortcut = nn.Identity() if same else nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False),
                                                                 nn.BatchNorm2d(outputs))

    def forward(self, x):
        return torch.relu(self.body(x) + self.shortcut(x))


class SqueezeExcite(nn.Module):
    """Scales channels by what their means say, as in MobileNetV3."""

    def __init__(self, channels):
        super().__init__()
        self.gate = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(channels, 2, 1), nn.ReLU(), nn.Conv2d(2, channels, 1),
                                  nn.Hardsigmoid())

    def forward(self, x):
        return x * self.gate(x)


class UNet(nn.Module):
    """Down and up again, with a way across."""

    def __init__(self):
        super().__init__()
        self.down = nn.Sequential(nn.Conv2d(2, 4, 3, padding=1), nn.LeakyReLU(0.1))
        self.bottom = nn.Sequential(nn.MaxPool2d(2), nn.Conv2d(4, 8, 3, padding=1), nn.ELU())
        self.up = nn.ConvTranspose2d(8, 4, 2, 2)
        self.smooth = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False)
        self.out = nn.Conv2d(16, 1, 1)

    def forward(self, x):
        across = self.down(x)
        bottom = self.bottom(across)
        return torch.sigmoid(self.out(torch.cat([across, self.up(bottom), self.smooth(bottom)], 1)))


class Recurrent(nn.Module):
    """A classifier of sentences; `kind` is LSTM, GRU or RNN."""

    def __init__(self, kind, **options):
        super().__init__()
        self.words = nn.Embedding(13, 5)
        self.rnn = getattr(nn, kind)(5, 4, batch_first=True, **options)
        self.head = nn.Linear(4 * (2 if options.get("bidirectional") else 1), 3)

    def forward(self, tokens):
        y, _ = self.rnn(self.words(tokens))
        return self.head(y[:, -1])


class LastState(nn.Module):
    """Takes the state after the last step, and a projection of all outputs."""

    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(3, 4, batch_first=True)
        self.head = nn.Linear(4, 2)

    def forward(self, x):
        y, (h, _) = self.rnn(x)
        return self.head(h[0] + y.mean(1))


class CausalBlock(nn.Module):
    """A block of a GPT."""

    def __init__(self, features=8, heads=2):
        super().__init__()
        self.heads = heads
        self.before, self.between = nn.LayerNorm(features), nn.LayerNorm(features)
        self.qkv, self.merge = nn.Linear(features, 3 * features), nn.Linear(features, features)
        self.mlp = nn.Sequential(nn.Linear(features, 16), nn.GELU(), nn.Linear(16, features))

    def forward(self, x):
        batch, steps, features = x.shape
        q, k, v = (part.reshape(batch, steps, self.heads, features // self.heads).transpose(1, 2)
                   for part in self.qkv(self.before(x)).chunk(3, -1))
        y = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.merge(y.transpose(1, 2).reshape(batch, steps, features))
        return x + self.mlp(self.between(x))


class GPT(nn.Module):
    """Predicts the next token of each place."""

    def __init__(self):
        super().__init__()
        self.tokens, self.places = nn.Embedding(11, 8), nn.Parameter(0.3 * torch.randn(6, 8))
        self.blocks = nn.Sequential(CausalBlock(), CausalBlock())
        self.head = nn.Sequential(nn.LayerNorm(8), nn.Linear(8, 11))

    def forward(self, tokens):
        return self.head(self.blocks(self.tokens(tokens) + self.places))


class Attends(nn.Module):
    """nn.MultiheadAttention with a residual."""

    def __init__(self):
        super().__init__()
        self.attention, self.norm = nn.MultiheadAttention(6, 2, batch_first=True), nn.LayerNorm(6)

    def forward(self, x):
        return self.norm(x + self.attention(x, x, x, need_weights=False)[0])


class VisionTransformer(nn.Module):
    """Patches, a class token and two layers of PyTorch's own encoder."""

    def __init__(self):
        super().__init__()
        self.patches = nn.Conv2d(1, 8, 4, 4)
        self.token, self.places = nn.Parameter(torch.randn(1, 1, 8)), nn.Parameter(0.3 * torch.randn(1, 5, 8))
        layer = nn.TransformerEncoderLayer(8, 2, 16, dropout=0, activation="gelu", batch_first=True, norm_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.head = nn.Linear(8, 3)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], 1) + self.places
        return self.head(self.encoder(x)[:, 0])


class TwoTowers(nn.Module):
    """Two inputs, a similarity and an interaction."""

    def __init__(self):
        super().__init__()
        self.left, self.right = nn.Linear(4, 5), nn.Linear(3, 5)
        self.mix = nn.Parameter(torch.randn(5, 5))

    def forward(self, a, b):
        a, b = torch.tanh(self.left(a)), torch.tanh(self.right(b))
        alike = functional.cosine_similarity(a, b, dim=-1)
        return alike + torch.einsum("bi,ij,bj->b", a, self.mix, b)


class Mixture(nn.Module):
    """Experts, weighed by a softmax."""

    def __init__(self):
        super().__init__()
        self.gate, self.experts = nn.Linear(4, 3), nn.ModuleList(nn.Linear(4, 2) for _ in range(3))

    def forward(self, x):
        weights = torch.softmax(self.gate(x), -1)
        return sum(weights[:, i:i + 1] * expert(x) for i, expert in enumerate(self.experts))


class Gated(nn.Module):
    """A convolution over time with gates and a norm of groups, as in WaveNet."""

    def __init__(self):
        super().__init__()
        self.signal, self.gate = (nn.Conv1d(3, 4, 3, padding=2, dilation=2) for _ in range(2))
        self.norm, self.head = nn.GroupNorm(2, 4), nn.Conv1d(4, 2, 1)

    def forward(self, x):
        y = torch.tanh(self.signal(x)) * torch.sigmoid(self.gate(x))
        return self.head(functional.silu(self.norm(y))).mean(-1)


def normal(*shape):
    return torch.randn(5, *shape)


def tokens(steps):
    return torch.randint(0, 11, (5, steps))


# Names, what makes the network, and what makes its inputs.
NETWORKS = {
    "mlp": (lambda: nn.Sequential(nn.Flatten(), nn.Linear(12, 8), nn.ReLU(), nn.Linear(8, 3), nn.LogSoftmax(-1)),
            lambda: [normal(3, 4)]),
    "activations": (lambda: nn.Sequential(nn.Linear(4, 6), nn.PReLU(), nn.Linear(6, 6), nn.ELU(), nn.Linear(6, 6),
                                          nn.Softplus(), nn.Linear(6, 6), nn.SELU(), nn.Linear(6, 6), nn.Mish(),
                                          nn.Linear(6, 6), nn.Hardtanh(-0.5, 2), nn.Linear(6, 2), nn.SiLU()),
                    lambda: [normal(4)]),
    "cnn": (lambda: nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(4, 6, 3, padding=1),
                                  nn.Tanh(), nn.AvgPool2d(2), nn.Flatten(), nn.Dropout(0.3), nn.Linear(24, 3)),
            lambda: [normal(1, 10, 10)]),
    "cnn_norm": (lambda: nn.Sequential(nn.Conv2d(2, 4, 3, bias=False), nn.BatchNorm2d(4), nn.ReLU(),
                                       nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3)),
                 lambda: [normal(2, 8, 7)]),
    "resnet": (lambda: nn.Sequential(nn.Conv2d(3, 4, 3, 1, 1), Residual(4, 4, 1), Residual(4, 8, 2),
                                     nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 3)), lambda: [normal(3, 8, 8)]),
    "mobilenet": (lambda: nn.Sequential(nn.Conv2d(2, 6, 1), nn.Hardswish(), nn.Conv2d(6, 6, 3, 2, 1, groups=6),
                                        SqueezeExcite(6), nn.ReLU6(), nn.Conv2d(6, 4, 1), nn.AdaptiveAvgPool2d(1),
                                        nn.Flatten(), nn.Linear(4, 2)), lambda: [normal(2, 9, 9)]),
    "unet": (UNet, lambda: [normal(2, 8, 8)]),
    "volume": (lambda: nn.Sequential(nn.Conv3d(1, 2, 3, padding=1), nn.ReLU(), nn.MaxPool3d(2), nn.Flatten(),
                                     nn.Linear(16, 2)), lambda: [normal(1, 4, 4, 4)]),
    "gated": (Gated, lambda: [normal(3, 9)]),
    "instance_norm": (lambda: nn.Sequential(nn.Conv2d(2, 4, 3), nn.InstanceNorm2d(4, affine=True), nn.GELU(),
                                            nn.AdaptiveMaxPool2d(1), nn.Flatten()), lambda: [normal(2, 7, 7)]),
    "pixel_shuffle": (lambda: nn.Sequential(nn.ReflectionPad2d(1), nn.Conv2d(2, 8, 3), nn.PixelShuffle(2)),
                      lambda: [normal(2, 5, 5)]),
    "lstm": (lambda: Recurrent("LSTM"), lambda: [tokens(6)]),
    "lstm_both": (lambda: Recurrent("LSTM", bidirectional=True, num_layers=2), lambda: [tokens(6)]),
    "lstm_state": (LastState, lambda: [normal(5, 3)]),
    "gru": (lambda: Recurrent("GRU", num_layers=2), lambda: [tokens(6)]),
    "rnn": (lambda: Recurrent("RNN"), lambda: [tokens(6)]),
    "attention": (Attends, lambda: [normal(4, 6)]),
    "encoder": (lambda: nn.TransformerEncoderLayer(8, 2, 16, dropout=0, batch_first=True), lambda: [normal(5, 8)]),
    "gpt": (GPT, lambda: [tokens(6)]),
    "vision_transformer": (VisionTransformer, lambda: [normal(1, 8, 8)]),
    "two_towers": (TwoTowers, lambda: [normal(4), normal(3)]),
    "mixture": (Mixture, lambda: [normal(4)]),
}
