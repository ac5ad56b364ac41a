# Libraries that libshikumi links with. Read by our CMakeLists.txt and, after installation, by find_package(shikumi).
# In:  shikumi_want_PART, AUTO, ON or OFF, for curl, zip, hdf5, events, onnx, png, jpeg
# Out: targets shikumi::openblas ZLIB::ZLIB Threads::Threads Boost::headers and perhaps CURL::libcurl OpenSSL::Crypto
#      libzip::zip shikumi::hdf5 PNG::PNG JPEG::JPEG; shikumi_have_PART; SHIKUMI_PROTOZERO_INCLUDE_DIR; shikumi_missing, a list of
#      sentences, empty if nothing is missing.
set(shikumi_missing)

find_package(Threads QUIET)
if(NOT Threads_FOUND)
    list(APPEND shikumi_missing "a threads library")
endif()

# No other BLAS will do: the library sets OpenBLAS's thread count. On Debian a bare <cblas.h> may belong to the
# reference BLAS, so pkg-config comes first.
if(NOT TARGET shikumi::openblas)
    find_package(PkgConfig QUIET)
    if(PkgConfig_FOUND)
        pkg_check_modules(shikumi_openblas QUIET openblas)
    endif()
    if(NOT shikumi_openblas_FOUND)
        find_path(SHIKUMI_OPENBLAS_INCLUDE_DIR cblas.h PATH_SUFFIXES openblas openblas-pthread)
        find_library(SHIKUMI_OPENBLAS_LIBRARY NAMES openblas)
        mark_as_advanced(SHIKUMI_OPENBLAS_INCLUDE_DIR SHIKUMI_OPENBLAS_LIBRARY)
        set(shikumi_openblas_INCLUDE_DIRS ${SHIKUMI_OPENBLAS_INCLUDE_DIR})
        set(shikumi_openblas_LINK_LIBRARIES ${SHIKUMI_OPENBLAS_LIBRARY})
    endif()
    if(shikumi_openblas_LINK_LIBRARIES)
        add_library(shikumi::openblas INTERFACE IMPORTED)
        target_include_directories(shikumi::openblas INTERFACE ${shikumi_openblas_INCLUDE_DIRS})
        target_link_libraries(shikumi::openblas INTERFACE ${shikumi_openblas_LINK_LIBRARIES})
    else()
        list(APPEND shikumi_missing "OpenBLAS with cblas.h (Debian: libopenblas-dev)")
    endif()
endif()

find_package(ZLIB QUIET)
if(NOT ZLIB_FOUND)
    list(APPEND shikumi_missing "zlib (Debian: zlib1g-dev)")
endif()

find_package(Boost 1.74 QUIET)   # headers only
if(NOT Boost_FOUND)
    list(APPEND shikumi_missing "the Boost headers, 1.74 or newer (Debian: libboost-dev)")
endif()

set(shikumi_have_curl OFF)
if(NOT shikumi_want_curl STREQUAL "OFF")
    find_package(CURL QUIET)
    find_package(OpenSSL QUIET)   # SHA-256 of fetched files
    if(CURL_FOUND AND OPENSSL_FOUND)
        set(shikumi_have_curl ON)
    elseif(shikumi_want_curl STREQUAL "AUTO")
        message(STATUS "shikumi: no libcurl or OpenSSL (Debian: libcurl4-openssl-dev libssl-dev); data sets must be downloaded by hand")
    else()
        list(APPEND shikumi_missing "libcurl and OpenSSL (Debian: libcurl4-openssl-dev libssl-dev), or SHIKUMI_CURL=OFF")
    endif()
endif()

# shikumi_optional(PART FOUND PACKAGES CONSEQUENCE): sets shikumi_have_PART, or says what its absence means.
macro(shikumi_optional part found packages consequence)
    set(shikumi_have_${part} OFF)
    if(NOT shikumi_want_${part} STREQUAL "OFF")
        if(${found})
            set(shikumi_have_${part} ON)
        elseif(shikumi_want_${part} STREQUAL "AUTO")
            message(STATUS "shikumi: no ${packages}; ${consequence}")
        else()
            string(TOUPPER ${part} shikumi_option)
            list(APPEND shikumi_missing "${packages}, or SHIKUMI_${shikumi_option}=OFF")
        endif()
    endif()
endmacro()

# Debian's own CMake package of libzip wants its programs, which lie in packages of their own.
find_path(SHIKUMI_ZIP_INCLUDE_DIR zip.h)
find_library(SHIKUMI_ZIP_LIBRARY zip)
mark_as_advanced(SHIKUMI_ZIP_INCLUDE_DIR SHIKUMI_ZIP_LIBRARY)
if(SHIKUMI_ZIP_INCLUDE_DIR AND SHIKUMI_ZIP_LIBRARY AND NOT TARGET libzip::zip)
    add_library(libzip::zip UNKNOWN IMPORTED)
    set_target_properties(libzip::zip PROPERTIES
        IMPORTED_LOCATION ${SHIKUMI_ZIP_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${SHIKUMI_ZIP_INCLUDE_DIR})
endif()
shikumi_optional(zip SHIKUMI_ZIP_LIBRARY "libzip (Debian: libzip-dev)" ".npz and .pt files can't be read or written")
# Debian keeps the serial library beside those for MPI, each in a folder of its own.
find_path(SHIKUMI_HDF5_INCLUDE_DIR hdf5.h PATH_SUFFIXES hdf5/serial)
find_library(SHIKUMI_HDF5_LIBRARY NAMES hdf5_serial hdf5)
mark_as_advanced(SHIKUMI_HDF5_INCLUDE_DIR SHIKUMI_HDF5_LIBRARY)
set(shikumi_found_hdf5 OFF)
if(SHIKUMI_HDF5_INCLUDE_DIR AND SHIKUMI_HDF5_LIBRARY)
    set(shikumi_found_hdf5 ON)
    if(NOT TARGET shikumi::hdf5)
        add_library(shikumi::hdf5 INTERFACE IMPORTED)
        target_include_directories(shikumi::hdf5 INTERFACE ${SHIKUMI_HDF5_INCLUDE_DIR})
        target_link_libraries(shikumi::hdf5 INTERFACE ${SHIKUMI_HDF5_LIBRARY})
        target_compile_definitions(shikumi::hdf5 INTERFACE H5_USE_110_API)   # which later versions have, too
    endif()
endif()
shikumi_optional(hdf5 shikumi_found_hdf5 "libhdf5 (Debian: libhdf5-dev)" "Keras's weights and models can't be read or written")
find_package(PNG QUIET)
shikumi_optional(png PNG_FOUND "libpng (Debian: libpng-dev)" "PNG pictures can't be read or written")
find_package(JPEG QUIET)
shikumi_optional(jpeg JPEG_FOUND "libjpeg (Debian: libjpeg62-turbo-dev)" "JPEG pictures can't be read")
find_path(SHIKUMI_PROTOZERO_INCLUDE_DIR protozero/pbf_writer.hpp)
mark_as_advanced(SHIKUMI_PROTOZERO_INCLUDE_DIR)
shikumi_optional(events SHIKUMI_PROTOZERO_INCLUDE_DIR "protozero (Debian: libprotozero-dev)"
    "no event files for TensorBoard")
shikumi_optional(onnx SHIKUMI_PROTOZERO_INCLUDE_DIR "protozero (Debian: libprotozero-dev)" "ONNX files can't be read or written")
