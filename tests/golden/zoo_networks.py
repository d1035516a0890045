"""The networks of examples/zoo in PyTorch, with the same names of their modules.

Where a network is in torchvision or in a reference implementation, the names are those. `NETWORKS` has, by the name of
the golden file, the module and the shape of a golden batch. Dropout is left out.
"""

import torch
from torch import nn
from torch.nn import functional


class LeNet5(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(400, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = functional.avg_pool2d(torch.tanh(self.conv1(x)), 2)
        x = functional.avg_pool2d(torch.tanh(self.conv2(x)), 2)
        x = torch.tanh(self.fc1(x.flatten(1)))
        return self.fc3(torch.tanh(self.fc2(x)))


def mlp(features=54, classes=7, width=256):
    return nn.Sequential(
        nn.Linear(features, width), nn.BatchNorm1d(width), nn.ReLU(),
        nn.Linear(width, width), nn.BatchNorm1d(width), nn.ReLU(), nn.Linear(width, classes),
    )


def conv3x3(inputs, outputs, stride=1):
    return nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)


def conv1x1(inputs, outputs, stride=1):
    return nn.Conv2d(inputs, outputs, 1, stride, bias=False)


class BasicBlock(nn.Module):
    def __init__(self, inputs, outputs, stride=1):
        super().__init__()
        self.conv1 = conv3x3(inputs, outputs, stride)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = conv3x3(outputs, outputs)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = self.make_shortcut(inputs, outputs, stride)

    def make_shortcut(self, inputs, outputs, stride):
        return None if stride == 1 else nn.Sequential(conv1x1(inputs, outputs, stride), nn.BatchNorm2d(outputs))

    def shortcut(self, x):
        return x if self.downsample is None else self.downsample(x)

    def branch(self, x):
        return self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))

    def forward(self, x):
        return torch.relu(self.shortcut(x) + self.branch(x))


def stage(block, count, inputs, outputs, stride):
    return nn.Sequential(block(inputs, outputs, stride), *(block(outputs, outputs) for _ in range(count - 1)))


class ResNet(nn.Module):
    """Stages of `count` blocks for each of `widths`; all but the first halve the image."""

    def __init__(self, count, widths, block=BasicBlock, classifier="fc"):
        super().__init__()
        self.conv1 = conv3x3(3, widths[0])
        self.bn1 = nn.BatchNorm2d(widths[0])
        inputs = widths[0]
        for i, width in enumerate(widths):
            self.add_module(f"layer{i + 1}", stage(block, count, inputs, width, 1 if i == 0 else 2))
            inputs = width
        self.stages = len(widths)
        self.classifier = classifier
        self.add_module(classifier, nn.Linear(inputs, 10))

    def forward(self, x):
        x = torch.relu(self.bn1(self.conv1(x)))
        for i in range(self.stages):
            x = self.get_submodule(f"layer{i + 1}")(x)
        return self.get_submodule(self.classifier)(x.mean((2, 3)))


class PreActBlock(nn.Module):
    def __init__(self, inputs, outputs, stride=1):
        super().__init__()
        self.bn1 = nn.BatchNorm2d(inputs)
        self.conv1 = conv3x3(inputs, outputs, stride)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.conv2 = conv3x3(outputs, outputs)
        self.shortcut = nn.Sequential(conv1x1(inputs, outputs, stride)) if inputs != outputs else None

    def forward(self, x):
        a = torch.relu(self.bn1(x))
        shortcut = x if self.shortcut is None else self.shortcut(a)
        return shortcut + self.conv2(torch.relu(self.bn2(self.conv1(a))))


class PreActResNet18(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = conv3x3(3, 64)
        self.layer1 = stage(PreActBlock, 2, 64, 64, 1)
        self.layer2 = stage(PreActBlock, 2, 64, 128, 2)
        self.layer3 = stage(PreActBlock, 2, 128, 256, 2)
        self.layer4 = stage(PreActBlock, 2, 256, 512, 2)
        self.linear = nn.Linear(512, 10)

    def forward(self, x):
        x = self.layer4(self.layer3(self.layer2(self.layer1(self.conv1(x)))))
        return self.linear(x.mean((2, 3)))


class WideBlock(PreActBlock):
    def __init__(self, inputs, outputs, stride=1):
        super().__init__(inputs, outputs, stride)
        del self.shortcut
        self.convShortcut = conv1x1(inputs, outputs, stride) if inputs != outputs else None

    def forward(self, x):
        a = torch.relu(self.bn1(x))
        shortcut = x if self.convShortcut is None else self.convShortcut(a)
        return shortcut + self.conv2(torch.relu(self.bn2(self.conv1(a))))


class WideStage(nn.Module):
    def __init__(self, *arguments):
        super().__init__()
        self.layer = stage(WideBlock, *arguments)

    def forward(self, x):
        return self.layer(x)


class WideResNet(nn.Module):
    def __init__(self, count, width):
        super().__init__()
        self.conv1 = conv3x3(3, 16)
        self.block1 = WideStage(count, 16, 16 * width, 1)
        self.block2 = WideStage(count, 16 * width, 32 * width, 2)
        self.block3 = WideStage(count, 32 * width, 64 * width, 2)
        self.bn1 = nn.BatchNorm2d(64 * width)
        self.fc = nn.Linear(64 * width, 10)

    def forward(self, x):
        x = self.block3(self.block2(self.block1(self.conv1(x))))
        return self.fc(torch.relu(self.bn1(x)).mean((2, 3)))


class Vgg(nn.Module):
    def __init__(self, widths):
        super().__init__()
        layers = []
        channels = 3
        for width in widths:
            if width == "pool":
                layers.append(nn.MaxPool2d(2))
            else:
                layers += [nn.Conv2d(channels, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU()]
                channels = width
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Linear(channels, 10)

    def forward(self, x):
        return self.classifier(self.features(x).flatten(1))


VGG11 = (64, "pool", 128, "pool", 256, 256, "pool", 512, 512, "pool", 512, 512, "pool")
VGG16 = (64, 64, "pool", 128, 128, "pool", 256, 256, 256, "pool", 512, 512, 512, "pool", 512, 512, 512, "pool")

class DenseLayer(nn.Module):
    def __init__(self, inputs, growth):
        super().__init__()
        self.bn1 = nn.BatchNorm2d(inputs)
        self.conv1 = conv3x3(inputs, growth)

    def forward(self, x):
        return torch.cat([x, self.conv1(torch.relu(self.bn1(x)))], 1)


class DenseBlock(nn.Module):
    def __init__(self, inputs, growth, count):
        super().__init__()
        self.layer = nn.Sequential(*(DenseLayer(inputs + i * growth, growth) for i in range(count)))

    def forward(self, x):
        return self.layer(x)


class Transition(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv1 = conv1x1(channels, channels)

    def forward(self, x):
        return functional.avg_pool2d(self.conv1(torch.relu(self.bn1(x))), 2)


class DenseNet(nn.Module):
    def __init__(self, count, growth):
        super().__init__()
        channels = 16
        self.conv1 = conv3x3(3, channels)
        for block in range(1, 4):
            self.add_module(f"block{block}", DenseBlock(channels, growth, count))
            channels += count * growth
            if block < 3:
                self.add_module(f"trans{block}", Transition(channels))
        self.bn1 = nn.BatchNorm2d(channels)
        self.fc = nn.Linear(channels, 10)

    def forward(self, x):
        x = self.trans2(self.block2(self.trans1(self.block1(self.conv1(x)))))
        return self.fc(torch.relu(self.bn1(self.block3(x))).mean((2, 3)))


class Fire(nn.Module):
    def __init__(self, inputs, squeeze, expand):
        super().__init__()
        self.squeeze = nn.Conv2d(inputs, squeeze, 1)
        self.expand1x1 = nn.Conv2d(squeeze, expand, 1)
        self.expand3x3 = nn.Conv2d(squeeze, expand, 3, padding=1)

    def forward(self, x):
        x = torch.relu(self.squeeze(x))
        return torch.relu(torch.cat([self.expand1x1(x), self.expand3x3(x)], 1))


class SqueezeNet(nn.Module):
    def __init__(self, classes):
        super().__init__()
        pool = lambda: nn.MaxPool2d(3, 2)
        self.features = nn.Sequential(
            nn.Conv2d(3, 64, 3, 2), nn.ReLU(), pool(), Fire(64, 16, 64), Fire(128, 16, 64), pool(),
            Fire(128, 32, 128), Fire(256, 32, 128), pool(), Fire(256, 48, 192), Fire(384, 48, 192),
            Fire(384, 64, 256), Fire(512, 64, 256),
        )
        self.classifier = nn.Sequential(nn.Identity(), nn.Conv2d(512, classes, 1), nn.ReLU())

    def forward(self, x):
        return self.classifier(self.features(x)).mean((2, 3))


def conv_norm(inputs, outputs, kernel=1, stride=1, groups=1, activation=nn.ReLU6):
    return nn.Sequential(nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
                         nn.BatchNorm2d(outputs), activation())


class InvertedResidual(nn.Module):
    def __init__(self, inputs, outputs, stride, expansion):
        super().__init__()
        hidden = inputs * expansion
        layers = [] if expansion == 1 else [conv_norm(inputs, hidden)]
        self.conv = nn.Sequential(*layers, conv_norm(hidden, hidden, 3, stride, hidden),
                                  conv1x1(hidden, outputs), nn.BatchNorm2d(outputs))
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x):
        return x + self.conv(x) if self.residual else self.conv(x)


class MobileNetV2(nn.Module):
    def __init__(self):
        super().__init__()
        layers = [conv_norm(3, 32, 3)]
        inputs = 32
        for expansion, outputs, count, stride in [(1, 16, 1, 1), (6, 24, 2, 1), (6, 32, 3, 2), (6, 64, 4, 2),
                                                  (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]:
            for i in range(count):
                layers.append(InvertedResidual(inputs, outputs, stride if i == 0 else 1, expansion))
                inputs = outputs
        self.features = nn.Sequential(*layers, conv_norm(inputs, 1280))
        self.classifier = nn.Sequential(nn.Identity(), nn.Linear(1280, 10))

    def forward(self, x):
        return self.classifier(self.features(x).mean((2, 3)))


class Residual(nn.Module):
    def __init__(self, fn):
        super().__init__()
        self.fn = fn

    def forward(self, x):
        return x + self.fn(x)


def conv_mixer(channels, depth, kernel, patch):
    return nn.Sequential(
        nn.Conv2d(3, channels, patch, patch), nn.GELU(), nn.BatchNorm2d(channels),
        *(nn.Sequential(
            Residual(nn.Sequential(nn.Conv2d(channels, channels, kernel, padding=kernel // 2, groups=channels),
                                   nn.GELU(), nn.BatchNorm2d(channels))),
            nn.Conv2d(channels, channels, 1), nn.GELU(), nn.BatchNorm2d(channels)) for _ in range(depth)),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 10),
    )


class OptionABlock(BasicBlock):
    """Its shortcut has no parameters: every second pixel, and channels of zeros on both sides."""

    def make_shortcut(self, inputs, outputs, stride):
        self.stride = stride
        self.zeros = (outputs - inputs) // 2
        return None

    def shortcut(self, x):
        if self.stride == 1:
            return x
        return functional.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.zeros, self.zeros))


class SqueezeExcitation(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        self.fc = nn.Sequential(nn.Linear(channels, channels // reduction, bias=False), nn.ReLU(),
                                nn.Linear(channels // reduction, channels, bias=False), nn.Sigmoid())

    def forward(self, x):
        return x * self.fc(x.mean((2, 3)))[:, :, None, None]


class SeBlock(BasicBlock):
    def __init__(self, inputs, outputs, stride=1):
        super().__init__(inputs, outputs, stride)
        self.se = SqueezeExcitation(outputs)

    def branch(self, x):
        return self.se(super().branch(x))


class ShuffleUnit(nn.Module):
    def __init__(self, inputs, outputs, stride=1):
        super().__init__()
        half = outputs // 2
        depthwise = lambda channels: nn.Conv2d(channels, channels, 3, stride, 1, groups=channels, bias=False)
        self.branch1 = None if stride == 1 else nn.Sequential(
            depthwise(inputs), nn.BatchNorm2d(inputs), conv1x1(inputs, half), nn.BatchNorm2d(half), nn.ReLU())
        self.branch2 = nn.Sequential(
            conv1x1(inputs if stride > 1 else half, half), nn.BatchNorm2d(half), nn.ReLU(),
            depthwise(half), nn.BatchNorm2d(half), conv1x1(half, half), nn.BatchNorm2d(half), nn.ReLU())

    def forward(self, x):
        if self.branch1 is None:
            first, second = x.chunk(2, 1)
        else:
            first, second = self.branch1(x), x
        x = torch.cat([first, self.branch2(second)], 1)
        n, c, h, w = x.shape
        return x.view(n, 2, c // 2, h, w).transpose(1, 2).reshape(n, c, h, w)


class ShuffleNetV2(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = conv_norm(3, 24, 3, activation=nn.ReLU)
        self.stage2 = stage(ShuffleUnit, 4, 24, 116, 2)
        self.stage3 = stage(ShuffleUnit, 8, 116, 232, 2)
        self.stage4 = stage(ShuffleUnit, 4, 232, 464, 2)
        self.conv5 = conv_norm(464, 1024, activation=nn.ReLU)
        self.fc = nn.Linear(1024, 10)

    def forward(self, x):
        return self.fc(self.conv5(self.stage4(self.stage3(self.stage2(self.conv1(x))))).mean((2, 3)))


class ChannelLayerNorm(nn.LayerNorm):
    """Over the channels of each pixel."""

    def forward(self, x):
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class LayerScale(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.weight = nn.Parameter(torch.full((channels, 1, 1), 1e-6))

    def forward(self, x):
        return self.weight * x


class ConvNeXtMlp(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.fc1 = nn.Conv2d(channels, 4 * channels, 1)
        self.fc2 = nn.Conv2d(4 * channels, channels, 1)

    def forward(self, x):
        return self.fc2(functional.gelu(self.fc1(x)))


class ConvNeXtBlock(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv_dw = nn.Conv2d(channels, channels, 7, padding=3, groups=channels)
        self.norm = ChannelLayerNorm(channels)
        self.mlp = ConvNeXtMlp(channels)
        self.gamma = LayerScale(channels)

    def forward(self, x):
        return x + self.gamma(self.mlp(self.norm(self.conv_dw(x))))


class ConvNeXtStage(nn.Module):
    def __init__(self, inputs, outputs, count):
        super().__init__()
        self.downsample = None
        if inputs != outputs:
            self.downsample = nn.Sequential(ChannelLayerNorm(inputs), nn.Conv2d(inputs, outputs, 2, 2))
        self.blocks = nn.Sequential(*(ConvNeXtBlock(outputs) for _ in range(count)))

    def forward(self, x):
        return self.blocks(x if self.downsample is None else self.downsample(x))


class ConvNeXtHead(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.norm = ChannelLayerNorm(channels)
        self.fc = nn.Linear(channels, 10)

    def forward(self, x):
        return self.fc(self.norm(x.mean((2, 3), keepdim=True)).flatten(1))


class ConvNeXt(nn.Module):
    def __init__(self, widths, counts):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, widths[0], 2, 2), ChannelLayerNorm(widths[0]))
        inputs = (widths[0],) + widths[:-1]
        self.stages = nn.Sequential(*map(ConvNeXtStage, inputs, widths, counts))
        self.head = ConvNeXtHead(widths[-1])

    def forward(self, x):
        return self.head(self.stages(self.stem(x)))


class DoubleConv(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.double_conv = nn.Sequential(conv3x3(inputs, outputs), nn.BatchNorm2d(outputs), nn.ReLU(),
                                         conv3x3(outputs, outputs), nn.BatchNorm2d(outputs), nn.ReLU())

    def forward(self, x):
        return self.double_conv(x)


class Down(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.maxpool_conv = nn.Sequential(nn.MaxPool2d(2), DoubleConv(inputs, outputs))

    def forward(self, x):
        return self.maxpool_conv(x)


class Up(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv = DoubleConv(inputs, outputs)

    def forward(self, smaller, x):
        larger = functional.interpolate(smaller, scale_factor=2, mode="bilinear", align_corners=False)
        return self.conv(torch.cat([x, larger], 1))


class OutConv(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 1)

    def forward(self, x):
        return self.conv(x)


class SmallUNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.inc = DoubleConv(3, 16)
        self.down1 = Down(16, 32)
        self.down2 = Down(32, 64)
        self.up1 = Up(96, 32)
        self.up2 = Up(48, 16)
        self.outc = OutConv(16, 2)

    def forward(self, x):
        first = self.inc(x)
        second = self.down1(first)
        return self.outc(self.up2(self.up1(self.down2(second), second), first))


class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Conv2d(3, 16, 3, 2, 1), nn.ReLU(), nn.Conv2d(16, 32, 3, 2, 1), nn.ReLU())
        self.decoder = nn.Sequential(nn.ConvTranspose2d(32, 16, 3, 2, 1, 1), nn.ReLU(),
                                     nn.ConvTranspose2d(16, 3, 3, 2, 1, 1), nn.Sigmoid())

    def forward(self, x):
        return self.decoder(self.encoder(x))


class M5(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv1d(1, 32, 80, 16)
        self.bn1 = nn.BatchNorm1d(32)
        self.conv2 = nn.Conv1d(32, 32, 3)
        self.bn2 = nn.BatchNorm1d(32)
        self.conv3 = nn.Conv1d(32, 64, 3)
        self.bn3 = nn.BatchNorm1d(64)
        self.conv4 = nn.Conv1d(64, 64, 3)
        self.bn4 = nn.BatchNorm1d(64)
        self.fc1 = nn.Linear(64, 35)

    def forward(self, x):
        x = x.squeeze(2)
        for i in range(1, 5):
            x = self.get_submodule(f"bn{i}")(self.get_submodule(f"conv{i}")(x))
            x = functional.max_pool1d(torch.relu(x), 4)
        return self.fc1(x.mean(2))


# By name: what makes the network, and the shape of the golden batch. Images are smaller than the network's own where its
# definition allows it. The golden batches of networks whose last norms see 1x1 images are larger.
NETWORKS = {
    "lenet5": (LeNet5, (2, 1, 28, 28)),
    "mlp": (mlp, (6, 54, 1, 1)),
    "resnet20": (lambda: ResNet(3, (16, 32, 64)), (2, 3, 16, 16)),
    "resnet56": (lambda: ResNet(9, (16, 32, 64)), (2, 3, 16, 16)),
    "resnet110": (lambda: ResNet(18, (16, 32, 64)), (2, 3, 16, 16)),
    "resnet18": (lambda: ResNet(2, (64, 128, 256, 512)), (2, 3, 16, 16)),
    "preact_resnet18": (PreActResNet18, (2, 3, 16, 16)),
    "wide_resnet16x4": (lambda: WideResNet(2, 4), (2, 3, 16, 16)),
    "vgg11": (lambda: Vgg(VGG11), (4, 3, 32, 32)),
    "vgg16": (lambda: Vgg(VGG16), (4, 3, 32, 32)),
    "densenet40x12": (lambda: DenseNet(12, 12), (2, 3, 16, 16)),
    "squeezenet": (lambda: SqueezeNet(10), (2, 3, 64, 64)),
    "mobilenet_v2": (MobileNetV2, (2, 3, 16, 16)),
    "convmixer256x8": (lambda: conv_mixer(256, 8, 5, 2), (2, 3, 16, 16)),
    "resnet20_option_a": (lambda: ResNet(3, (16, 32, 64), OptionABlock, "linear"), (2, 3, 16, 16)),
    "se_resnet20": (lambda: ResNet(3, (16, 32, 64), SeBlock), (2, 3, 16, 16)),
    "shufflenet_v2": (ShuffleNetV2, (4, 3, 16, 16)),
    "convnext_atto": (lambda: ConvNeXt((40, 80, 160, 320), (2, 2, 6, 2)), (2, 3, 32, 32)),
    "small_unet": (SmallUNet, (2, 3, 16, 16)),
    "autoencoder": (Autoencoder, (2, 3, 32, 32)),
    "m5": (M5, (3, 1, 1, 8000)),
}


def make(name):
    """The network, for batches N×C×H×W, also if it takes vectors."""
    network = NETWORKS[name][0]()
    if name == "mlp":
        network.register_forward_pre_hook(lambda _, inputs: (inputs[0].flatten(1),))
    return network
