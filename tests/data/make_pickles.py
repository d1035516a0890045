"""Writes the Python versions of CIFAR-10 and CIFAR-100 with a few made-up images, in every pickle protocol. The images
are those of data/cifar_file_test.cpp, which reads the files. Use: make_pickles.py FOLDER"""
import os
import pickle
import sys

try:
    import numpy
except ImportError:
    sys.exit(77)

folder = sys.argv[1]
count = 7
images = numpy.fromfunction(lambda i, j: (7 * i + 13 * j + j // 251) % 256, (count, 3072), dtype=int).astype(numpy.uint8)


def write(name, content, protocol):
    path = os.path.join(folder, str(protocol), name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        pickle.dump(content, file, protocol=protocol)


for protocol in range(2, min(5, pickle.HIGHEST_PROTOCOL) + 1):
    names = ["some_picture_s_%06d.png" % i for i in range(count)]
    ten = {"batch_label": "training batch", "labels": [3 * i % 10 for i in range(count)], "data": images,
           "filenames": names}
    for name in ["data_batch_%d" % (i + 1) for i in range(5)] + ["test_batch"]:
        write("cifar-10-batches-py/" + name, ten, protocol)
    # Keys of type bytes, which pickle.load(file, encoding="bytes") gives for the official files.
    hundred = {b"filenames": names, b"batch_label": b"training batch", b"coarse_labels": [i for i in range(count)],
               b"fine_labels": [31 * i % 100 for i in range(count)], b"data": images}
    for name in ["train", "test"]:
        write("cifar-100-python/" + name, hundred, protocol)
    write("cifar-100-python/meta", {"fine_label_names": ["class %d" % i for i in range(100)]}, protocol)
