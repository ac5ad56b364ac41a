# The files of datasets/data become string constants, declared in datasets/detail/bundled_data.hpp: a library finds its
# data wherever it lies. Appends a generated source to shikumi_sources.
set(bundled "#include <shikumi/datasets/detail/bundled_data.hpp>\n\nnamespace shikumi::datasets::detail {\n")
foreach(file IN ITEMS iris.csv digits.csv.gz)
    file(READ ${PROJECT_SOURCE_DIR}/datasets/data/${file} bytes HEX)
    file(SIZE ${PROJECT_SOURCE_DIR}/datasets/data/${file} size)
    string(REGEX REPLACE "(..)" "\\\\x\\1" bytes "${bytes}")
    string(REPLACE "." "_" name ${file})
    string(APPEND bundled "\nconst std::string_view ${name}{\"${bytes}\", ${size}};\n")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/datasets/data/${file})
endforeach()
string(APPEND bundled "\n}  // namespace shikumi::datasets::detail\n")
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/datasets/bundled_data.cpp CONTENT "${bundled}" @ONLY)
list(APPEND shikumi_sources ${PROJECT_BINARY_DIR}/datasets/bundled_data.cpp)
