# bench/*.cpp measure shikumi, bench/micro needs Google Benchmark, and a program of bench/peers needs the package that
# it is named after. Programs of missing packages are left out.
add_library(bench_common STATIC bench/common/allocations.cpp bench/common/program.cpp)
set_target_properties(bench_common PROPERTIES CXX_STANDARD 20 CXX_EXTENSIONS OFF)
target_include_directories(bench_common PUBLIC ${PROJECT_SOURCE_DIR}/bench/common)   # in bench/, compare hides <compare>
target_link_libraries(bench_common PRIVATE shikumi_warnings)
add_custom_target(bench)   # all benchmarks

# shikumi_bench(NAME LIBRARY...): bench/NAME.cpp
function(shikumi_bench name)
    string(REPLACE "/" "-" target bench/${name})
    add_executable(${target} bench/${name}.cpp)
    cmake_path(SET output ${PROJECT_BINARY_DIR}/bench/${name})
    cmake_path(GET output PARENT_PATH folder)
    cmake_path(GET output FILENAME file)
    set_target_properties(${target} PROPERTIES
        CXX_STANDARD 20 CXX_EXTENSIONS OFF OUTPUT_NAME ${file} RUNTIME_OUTPUT_DIRECTORY ${folder})
    target_link_libraries(${target} PRIVATE ${ARGN} shikumi_warnings)
    add_dependencies(bench ${target})
endfunction()

shikumi_bench(workloads shikumi bench_common)
shikumi_bench(loader shikumi)
shikumi_bench(report shikumi)
shikumi_bench(callbacks shikumi)
shikumi_bench(checkpoints shikumi)
shikumi_bench(transforms shikumi bench_common)
shikumi_bench(gradbench shikumi shikumi_gradbench bench_common)
shikumi_bench(reading shikumi)
shikumi_bench(predicting shikumi bench_common)
if(shikumi_have_onednn)
    shikumi_bench(onednn_choice shikumi shikumi::openblas)
    target_include_directories(bench-onednn_choice SYSTEM PRIVATE ${SHIKUMI_ONEDNN_INCLUDE_DIR})
endif()

# The recorded instruction counts hold for g++ at -O2 only.
if(SHIKUMI_TESTS AND NOT SHIKUMI_SANITIZE AND CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_test(NAME instructions COMMAND ${PROJECT_SOURCE_DIR}/bench/instructions ${PROJECT_BINARY_DIR})
    set_tests_properties(instructions PROPERTIES LABELS bench SKIP_RETURN_CODE 77 TIMEOUT 600)
endif()

find_package(benchmark QUIET)
if(benchmark_FOUND)
    foreach(name IN ITEMS embeddings nodes optimizers pointwise products reductions recurrent)
        shikumi_bench(micro/${name} shikumi benchmark::benchmark)
    endforeach()
    target_link_libraries(bench-micro-products PRIVATE shikumi::openblas)
else()
    message(STATUS "shikumi: no Google Benchmark (Debian: libbenchmark-dev), so no bench/micro")
endif()

find_package(OpenMP QUIET COMPONENTS CXX)
if(OpenMP_CXX_FOUND)
    # Only these two are built for this very processor.
    shikumi_bench(peers/openblas bench_common shikumi::openblas OpenMP::OpenMP_CXX)
    shikumi_bench(peers/hand bench_common shikumi::openblas OpenMP::OpenMP_CXX)
    target_compile_options(bench-peers-openblas PRIVATE -O3 -march=native)
    target_compile_options(bench-peers-hand PRIVATE -O3 -march=native -mprefer-vector-width=512 -ffast-math)
    target_link_options(bench-peers-hand PRIVATE -ffast-math)   # flushes denormals from the start
else()
    message(STATUS "shikumi: no OpenMP, so no bench/peers/openblas and hand")
endif()

# Debian's oneDNN package requires OpenCL and stops the whole configuration without it.
find_package(OpenCL QUIET)
if(OpenCL_FOUND)
    set(CMAKE_MESSAGE_LOG_LEVEL WARNING)   # the package prints its search for OpenCL
    find_package(dnnl 2 QUIET CONFIG)
    unset(CMAKE_MESSAGE_LOG_LEVEL)
endif()
if(dnnl_FOUND)
    shikumi_bench(peers/onednn bench_common DNNL::dnnl)
    if(OpenMP_CXX_FOUND)
        shikumi_bench(convolutions shikumi DNNL::dnnl OpenMP::OpenMP_CXX)
    endif()
else()
    message(STATUS "shikumi: no oneDNN 2 (Debian: libdnnl-dev, ocl-icd-opencl-dev), so no bench/peers/onednn, bench/convolutions")
endif()

# libtorch's own CMake package requires much that a program doesn't need. Its headers want C++17.
find_path(SHIKUMI_TORCH_INCLUDE_DIR torch/csrc/api/include/torch/all.h)
find_library(SHIKUMI_TORCH_LIBRARY torch)
find_library(SHIKUMI_TORCH_CPU_LIBRARY torch_cpu)
find_library(SHIKUMI_C10_LIBRARY c10)
mark_as_advanced(SHIKUMI_TORCH_INCLUDE_DIR SHIKUMI_TORCH_LIBRARY SHIKUMI_TORCH_CPU_LIBRARY SHIKUMI_C10_LIBRARY)
if(SHIKUMI_TORCH_INCLUDE_DIR AND SHIKUMI_TORCH_LIBRARY AND SHIKUMI_TORCH_CPU_LIBRARY AND SHIKUMI_C10_LIBRARY)
    shikumi_bench(peers/libtorch
        bench_common ${SHIKUMI_TORCH_LIBRARY} ${SHIKUMI_TORCH_CPU_LIBRARY} ${SHIKUMI_C10_LIBRARY})
    set_property(TARGET bench-peers-libtorch PROPERTY CXX_STANDARD 17)
    target_include_directories(bench-peers-libtorch SYSTEM PRIVATE
        ${SHIKUMI_TORCH_INCLUDE_DIR} ${SHIKUMI_TORCH_INCLUDE_DIR}/torch/csrc/api/include)
else()
    message(STATUS "shikumi: no libtorch (Debian: libtorch-dev), so no bench/peers/libtorch")
endif()
