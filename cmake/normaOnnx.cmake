# norma::onnx is norma::io with what norma/io/onnx.hpp needs, and is there where that is found: ONNX's protobuf classes
# (in norma_onnx_debian's packages). The installed package reads this file too.
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
