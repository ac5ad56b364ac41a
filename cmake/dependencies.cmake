# Libraries that libshikumi links with. Read by our CMakeLists.txt and, after installation, by find_package(shikumi).
# In:  shikumi_want_curl  AUTO, ON or OFF
# Out: targets shikumi::openblas ZLIB::ZLIB Threads::Threads Boost::headers and perhaps CURL::libcurl OpenSSL::Crypto;
#      shikumi_have_curl; shikumi_missing, a list of sentences, empty if nothing is missing.
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
