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

# By name: what makes the network, and the shape of the golden batch. Images are smaller than the network's own where its
# definition allows it. The golden batches of networks whose last norms see 1x1 images are larger.
NETWORKS = {
    "lenet5": (LeNet5, (2, 1, 28, 28)),
    "mlp": (mlp, (6, 54, 1, 1)),
    "resnet20": (lambda: ResNet(3, (16, 32, 64)), (2, 3, 16, 16)),
    "resnet56": (lambda: ResNet(9, (16, 32, 64)), (2, 3, 16, 16)),
    "resnet110": (lambda: ResNet(18, (16, 32, 64)), (3, 3, 8, 8)),
    "resnet18": (lambda: ResNet(2, (64, 128, 256, 512)), (2, 3, 16, 16)),
    "preact_resnet18": (PreActResNet18, (2, 3, 16, 16)),
    "wide_resnet16x4": (lambda: WideResNet(2, 4), (2, 3, 16, 16)),
    "vgg11": (lambda: Vgg(VGG11), (4, 3, 32, 32)),
    "vgg16": (lambda: Vgg(VGG16), (4, 3, 32, 32)),
}


def make(name):
    """The network, for batches N×C×H×W, also if it takes vectors."""
    network = NETWORKS[name][0]()
    if name == "mlp":
        network.register_forward_pre_hook(lambda _, inputs: (inputs[0].flatten(1),))
    return network
