# Defines norma::onnx if ONNX's protobuf classes are found (Debian's packages: norma_onnx_debian): norma::io, and the
# libraries that norma/io/onnx.hpp needs. The installed package also includes this file.
set(norma_onnx_debian "libonnx-dev libprotobuf-dev")
find_path(NORMA_ONNX_INCLUDE onnx/onnx_pb.h)
find_library(NORMA_ONNX_PROTO onnx_proto)
mark_as_advanced(NORMA_ONNX_INCLUDE NORMA_ONNX_PROTO)
if(NORMA_ONNX_INCLUDE AND NORMA_ONNX_PROTO AND NOT TARGET norma::onnx)
    find_package(Protobuf QUIET)
    if(Protobuf_FOUND)
        add_library(norma::onnx INTERFACE IMPORTED GLOBAL)
        target_include_directories(norma::onnx SYSTEM INTERFACE "${NORMA_ONNX_INCLUDE}")
        target_link_libraries(norma::onnx INTERFACE norma::io "${NORMA_ONNX_PROTO}" protobuf::libprotobuf)
    endif()
endif()
