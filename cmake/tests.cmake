# tests/FOLDER/**/*.cpp make the Catch2 program FOLDER_test; tests/support/*.cpp, if any, are linked into each.
# tests/golden makes the golden-case runner, tests/derivatives the one for derivatives, tests/exchange the one for files
# of other frameworks, tests/peers compares with libtorch, tests/fuzz feeds readers with bytes, tests/consumer is a
# user's project, tests/scripts tries ./run and ./test.
find_package(Catch2 3 CONFIG QUIET)
if(Catch2_FOUND)
    add_library(shikumi_test_main INTERFACE)
    target_link_libraries(shikumi_test_main INTERFACE Catch2::Catch2WithMain)
    target_compile_definitions(shikumi_test_main INTERFACE SHIKUMI_CATCH2_V3=1)
    target_compile_features(shikumi_test_main INTERFACE cxx_std_20)
    set(allow_no_tests --allow-running-no-tests)
else()
    find_package(Catch2 2 CONFIG REQUIRED)
    add_library(shikumi_test_main STATIC tests/main.cpp)   # Catch2 v2's main takes seconds to compile
    set_target_properties(shikumi_test_main PROPERTIES CXX_EXTENSIONS OFF)
    target_link_libraries(shikumi_test_main PUBLIC Catch2::Catch2 PRIVATE shikumi_sanitizers)
    target_compile_features(shikumi_test_main PUBLIC cxx_std_20)
    set(allow_no_tests)
endif()

add_library(shikumi_test_support INTERFACE)
target_include_directories(shikumi_test_support INTERFACE ${PROJECT_SOURCE_DIR}/tests)
target_compile_definitions(shikumi_test_support INTERFACE
    SHIKUMI_TEST_SOURCE_DIR="${PROJECT_SOURCE_DIR}" SHIKUMI_TEST_BINARY_DIR="${PROJECT_BINARY_DIR}")
target_link_libraries(shikumi_test_support INTERFACE shikumi_test_main shikumi_warnings shikumi_sanitizers)
if(SHIKUMI_SANITIZE)   # what they look for is in the library; optimising its tests takes half of the build's time
    target_compile_options(shikumi_test_support INTERFACE -O0)
endif()
file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/support/*.cpp)
if(sources)
    add_library(shikumi_test_helpers OBJECT ${sources})
    set_target_properties(shikumi_test_helpers PROPERTIES CXX_EXTENSIONS OFF)
    target_link_libraries(shikumi_test_helpers PRIVATE shikumi shikumi_test_support)
    target_precompile_headers(shikumi_test_helpers PRIVATE ${PROJECT_SOURCE_DIR}/tests/precompiled.hpp)
endif()

# Files of other frameworks, which are not part of the source tree.
set(SHIKUMI_EXCHANGE_CASES ${PROJECT_SOURCE_DIR}/../shared/exchange CACHE PATH "Folder of other frameworks' files for the tests")

# The table of operations and its checks, for tests of operations and for planted faults.
file(GLOB table_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/autograd/ops/op_table*.cpp)
list(APPEND table_sources ${PROJECT_SOURCE_DIR}/tests/autograd/ops/row_checks.cpp
    ${PROJECT_SOURCE_DIR}/tests/autograd/ops/windows.cpp)
add_library(shikumi_op_table OBJECT ${table_sources})
set_target_properties(shikumi_op_table PROPERTIES CXX_EXTENSIONS OFF)
target_link_libraries(shikumi_op_table PRIVATE shikumi shikumi_test_support)
target_precompile_headers(shikumi_op_table REUSE_FROM shikumi_test_helpers)

set(timeout 900)   # seconds
if(SHIKUMI_SANITIZE)   # ten times slower
    set(timeout 5400)
endif()
file(GLOB folders CONFIGURE_DEPENDS LIST_DIRECTORIES ON RELATIVE ${PROJECT_SOURCE_DIR}/tests ${PROJECT_SOURCE_DIR}/tests/*)
list(REMOVE_ITEM folders support golden derivatives exchange fuzz consumer peers scripts)
foreach(folder IN LISTS folders)
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/${folder}/*.cpp)
    if(SHIKUMI_SANITIZE STREQUAL "thread")   # allocations fail on one thread, and clang's runtime has its own operator new
        list(FILTER sources EXCLUDE REGEX "/out_of_memory_test\\.cpp$")
    endif()
    if(NOT sources OR (folder STREQUAL "examples" AND NOT SHIKUMI_EXAMPLES)
       OR (folder STREQUAL "command" AND NOT SHIKUMI_COMMAND))
        continue()
    endif()
    list(REMOVE_ITEM sources ${table_sources})
    add_executable(${folder}_test ${sources})
    set_target_properties(${folder}_test PROPERTIES CXX_EXTENSIONS OFF)
    target_link_libraries(${folder}_test PRIVATE shikumi_test_support)
    if(NOT folder STREQUAL "structure")   # it reads sources and does not need the library
        target_link_libraries(${folder}_test PRIVATE shikumi)
        if(TARGET shikumi_test_helpers)
            target_link_libraries(${folder}_test PRIVATE shikumi_test_helpers)
            target_precompile_headers(${folder}_test REUSE_FROM shikumi_test_helpers)
        endif()
    endif()
    # Two entries, quick tests and those tagged [slow]: `ctest -LE slow` leaves the latter out. Hidden tests run where
    # they are named only; Catch2 2 takes ~[slow] for all others, the hidden ones among them.
    add_test(NAME ${folder} COMMAND ${folder}_test ~[slow]~[.] ${allow_no_tests})
    add_test(NAME ${folder}.slow COMMAND ${folder}_test [slow]~[.] ${allow_no_tests})
    set_tests_properties(${folder}.slow PROPERTIES LABELS slow)
    set_tests_properties(${folder} ${folder}.slow PROPERTIES TIMEOUT ${timeout})
endforeach()
foreach(test IN ITEMS autograd hostile)   # they take longest, so that they had better begin first
    if(TARGET ${test}_test)
        set_tests_properties(${test} PROPERTIES COST 100)
    endif()
endforeach()
foreach(test IN ITEMS autograd_test mutation_test)
    if(TARGET ${test})
        target_link_libraries(${test} PRIVATE shikumi_op_table)
    endif()
endforeach()
if(TARGET gradbench_test)
    target_link_libraries(gradbench_test PRIVATE shikumi_gradbench)
endif()
if(TARGET plot_test)   # reads pictures
    target_link_libraries(plot_test PRIVATE ZLIB::ZLIB)
endif()
if(TARGET datasets_test)   # writes compressed files
    target_link_libraries(datasets_test PRIVATE ZLIB::ZLIB)
endif()
if(TARGET hostile_test)   # makes archives
    target_link_libraries(hostile_test PRIVATE ZLIB::ZLIB)
endif()
foreach(test IN ITEMS formats_test hostile_test)   # make files that ours don't write
    if(TARGET ${test} AND shikumi_have_hdf5)
        target_link_libraries(${test} PRIVATE shikumi::hdf5)
        target_compile_definitions(${test} PRIVATE SHIKUMI_HAVE_HDF5=1)
    endif()
endforeach()
if(TARGET autograd_test)   # reads a profile's trace as JSON, inspects a loaded library
    find_package(nlohmann_json CONFIG REQUIRED)
    target_link_libraries(autograd_test PRIVATE nlohmann_json::nlohmann_json ${CMAKE_DL_LIBS})
endif()
if(TARGET examples_test)   # runs the programs, tests examples/common
    add_dependencies(examples_test examples)
    target_link_libraries(examples_test PRIVATE examples_common)
    target_compile_definitions(examples_test PRIVATE SHIKUMI_EXCHANGE_CASES="${SHIKUMI_EXCHANGE_CASES}")
endif()
if(TARGET command_test)   # runs the command, tests its functions
    add_dependencies(command_test command)
    target_link_libraries(command_test PRIVATE command_common)
    target_compile_definitions(command_test PRIVATE SHIKUMI_EXCHANGE_CASES="${SHIKUMI_EXCHANGE_CASES}")
endif()

# Every public header must compile alone: each has a generated source that includes it twice. Nothing of it runs, so
# that sanitizers have nothing to find.
set(header_checks)
file(GLOB front_doors CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}/include/shikumi
    ${PROJECT_SOURCE_DIR}/include/shikumi/*.hpp)
foreach(header IN LISTS shikumi_headers front_doors)
    string(REPLACE "/" "-" name ${header})
    set(check ${PROJECT_BINARY_DIR}/header-alone/${name}.cpp)
    file(CONFIGURE OUTPUT ${check} CONTENT "#include <shikumi/${header}>\n#include <shikumi/${header}>\n" @ONLY)
    list(APPEND header_checks ${check})
endforeach()
if(header_checks AND NOT SHIKUMI_SANITIZE)
    add_library(shikumi_headers_alone OBJECT EXCLUDE_FROM_ALL ${header_checks})
    set_target_properties(shikumi_headers_alone PROPERTIES CXX_EXTENSIONS OFF OPTIMIZE_DEPENDENCIES ON)
    target_compile_options(shikumi_headers_alone PRIVATE -O0 -g0 -Wshadow -Wconversion)   # as strict users compile
    target_link_libraries(shikumi_headers_alone PRIVATE shikumi shikumi_warnings)
endif()

# Files of other frameworks, which are not part of the source tree; and models for ./test exchange, which other
# frameworks open.
file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/exchange/*.cpp)
if(sources)
    list(REMOVE_ITEM sources ${PROJECT_SOURCE_DIR}/tests/exchange/exchange.cpp)
    add_library(shikumi_exchange OBJECT ${sources})
    target_include_directories(shikumi_exchange PUBLIC ${PROJECT_SOURCE_DIR}/tests)
    target_link_libraries(shikumi_exchange PUBLIC shikumi nlohmann_json::nlohmann_json PRIVATE shikumi_warnings)
    target_precompile_headers(shikumi_exchange PRIVATE <shikumi/shikumi.hpp> <nlohmann/json.hpp>)
    add_executable(exchange tests/exchange/exchange.cpp)
    file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/exchange/frameworks/*.cpp)
    add_executable(frameworks ${sources})
    set_target_properties(shikumi_exchange exchange frameworks PROPERTIES CXX_EXTENSIONS OFF)
    foreach(program IN ITEMS exchange frameworks)
        set_target_properties(${program} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
        target_link_libraries(${program} PRIVATE shikumi_exchange shikumi_warnings)
        target_precompile_headers(${program} REUSE_FROM shikumi_exchange)
    endforeach()
    add_test(NAME round_trips COMMAND frameworks trips)
    if(EXISTS ${SHIKUMI_EXCHANGE_CASES})
        add_test(NAME exchange COMMAND exchange ${SHIKUMI_EXCHANGE_CASES})
    endif()
endif()

# Cases with figures that other programs gave: values and training, and derivatives. They are not part of the source tree either.
set(SHIKUMI_GOLDEN_CASES ${PROJECT_SOURCE_DIR}/../shared/oracle CACHE PATH "Folder of golden cases for the tests")
set(SHIKUMI_DERIVATIVES_CASES ${PROJECT_SOURCE_DIR}/../shared/derivatives CACHE PATH "Folder of cases of derivatives for the tests")
foreach(program IN ITEMS golden derivatives)
    file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/${program}/*.cpp)
    if(NOT sources)
        continue()
    endif()
    find_package(nlohmann_json CONFIG REQUIRED)
    add_executable(${program} ${sources})
    set_target_properties(${program} PROPERTIES CXX_EXTENSIONS OFF RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
    target_include_directories(${program} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
    target_link_libraries(${program} PRIVATE shikumi nlohmann_json::nlohmann_json shikumi_warnings)
    if(TARGET shikumi_exchange)
        target_precompile_headers(${program} REUSE_FROM shikumi_exchange)
    endif()
    string(TOUPPER SHIKUMI_${program}_CASES cases)
    if(EXISTS ${${cases}})
        add_test(NAME ${program} COMMAND ${program} ${${cases}})
    else()
        message(STATUS "shikumi: no test ${program}, whose cases are not in ${${cases}}")
    endif()
endforeach()

# One libFuzzer target for each reader, which tests/fuzz/run runs.
if(SHIKUMI_FUZZ)
    file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/hostile/*_files.cpp ${PROJECT_SOURCE_DIR}/tests/hostile/readers*.cpp)
    add_library(shikumi_fuzz_readers OBJECT ${sources})
    set_target_properties(shikumi_fuzz_readers PROPERTIES CXX_EXTENSIONS OFF)
    target_include_directories(shikumi_fuzz_readers PRIVATE ${PROJECT_SOURCE_DIR}/tests)
    target_compile_definitions(shikumi_fuzz_readers PRIVATE SHIKUMI_TEST_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
    target_link_libraries(shikumi_fuzz_readers PUBLIC shikumi ZLIB::ZLIB)
    if(shikumi_have_hdf5)
        target_link_libraries(shikumi_fuzz_readers PUBLIC shikumi::hdf5)
        target_compile_definitions(shikumi_fuzz_readers PRIVATE SHIKUMI_HAVE_HDF5=1)
    endif()
    add_custom_target(fuzz)
    foreach(reader IN ITEMS safetensors training model keras npy npz pt pickle hdf5 events onnx tfjs idx csv json architecture png jpeg)
        add_executable(fuzz-${reader} tests/fuzz/fuzz.cpp)
        set_target_properties(fuzz-${reader} PROPERTIES CXX_EXTENSIONS OFF RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/fuzz)
        target_compile_definitions(fuzz-${reader} PRIVATE SHIKUMI_READER="${reader}")
        target_include_directories(fuzz-${reader} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
        target_link_libraries(fuzz-${reader} PRIVATE shikumi_fuzz_readers)
        target_link_options(fuzz-${reader} PRIVATE -fsanitize=fuzzer)
        add_dependencies(fuzz fuzz-${reader})
    endforeach()
endif()

# Comparison with libtorch, if installed. It brings its own BLAS and threads, so no other test is linked with it. Its
# headers cause warnings and want C++17, so only one file includes them. Its binaries don't support sanitizers.
find_path(SHIKUMI_TORCH_INCLUDE_DIR torch/csrc/api/include/torch/all.h)
find_library(SHIKUMI_TORCH_CPU_LIBRARY torch_cpu)
find_library(SHIKUMI_C10_LIBRARY c10)
mark_as_advanced(SHIKUMI_TORCH_INCLUDE_DIR SHIKUMI_TORCH_CPU_LIBRARY SHIKUMI_C10_LIBRARY)
if(SHIKUMI_SANITIZE)
    message(STATUS "shikumi: no comparison with libtorch, which does not support sanitizers")
elseif(SHIKUMI_TORCH_INCLUDE_DIR AND SHIKUMI_TORCH_CPU_LIBRARY AND SHIKUMI_C10_LIBRARY)
    add_library(shikumi_torch STATIC tests/peers/torch.cpp)
    set_target_properties(shikumi_torch PROPERTIES CXX_STANDARD 17 CXX_EXTENSIONS OFF)
    target_include_directories(shikumi_torch SYSTEM PRIVATE
        ${SHIKUMI_TORCH_INCLUDE_DIR} ${SHIKUMI_TORCH_INCLUDE_DIR}/torch/csrc/api/include)
    target_link_libraries(shikumi_torch PRIVATE ${SHIKUMI_TORCH_CPU_LIBRARY} ${SHIKUMI_C10_LIBRARY})
    add_executable(peers_test tests/peers/peers_test.cpp)
    set_target_properties(peers_test PROPERTIES CXX_EXTENSIONS OFF)
    target_link_libraries(peers_test PRIVATE shikumi shikumi_torch shikumi_test_support)
    add_test(NAME peers COMMAND peers_test)
    set_tests_properties(peers PROPERTIES LABELS peers TIMEOUT 300)
else()
    message(STATUS "shikumi: no comparison with libtorch, which is not installed (Debian: libtorch-dev)")
endif()

# The reference, by Doxygen: each public name has a sentence.
if(PROJECT_IS_TOP_LEVEL AND NOT SHIKUMI_SANITIZE)
    add_test(NAME reference COMMAND ${PROJECT_SOURCE_DIR}/docs/check)
    set_tests_properties(reference PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 300)
endif()

add_test(NAME scripts COMMAND ${PROJECT_SOURCE_DIR}/tests/scripts/check ${PROJECT_SOURCE_DIR})
set_tests_properties(scripts PROPERTIES TIMEOUT 60)

# A user's project against the installed package. Not with sanitizers, whose flags the user's project would need, too.
if(SHIKUMI_INSTALL AND NOT SHIKUMI_SANITIZE AND shikumi_sources)
    add_test(NAME consumer
        COMMAND ${PROJECT_SOURCE_DIR}/tests/consumer/check ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}
                ${CMAKE_CXX_COMPILER} ${CMAKE_COMMAND})
    set_tests_properties(consumer PROPERTIES LABELS slow TIMEOUT 600)
endif()
