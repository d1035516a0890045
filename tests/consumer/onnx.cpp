#include <norma/io/onnx.hpp>

#include "tiny.hpp"

int main() { return norma::export_onnx(TinyNet(1)).empty() ? 1 : 0; }
