# oneDNN 2 multiplies matrices of some shapes faster than OpenBLAS. A build needs only its header. The first product of
# such a shape loads the library (autograd/kernels/detail/onednn.cpp): programs don't link with it and run without it.
# In:  SHIKUMI_ONEDNN  AUTO, ON or OFF
# Out: shikumi_have_onednn; SHIKUMI_ONEDNN_INCLUDE_DIR; shikumi_onednn_library, its file name; perhaps another sentence
#      in shikumi_missing.
set(shikumi_have_onednn OFF)
if(SHIKUMI_ONEDNN STREQUAL "OFF")
    return()
endif()

find_path(SHIKUMI_ONEDNN_INCLUDE_DIR oneapi/dnnl/dnnl_version.h)
mark_as_advanced(SHIKUMI_ONEDNN_INCLUDE_DIR)
set(major)
if(EXISTS "${SHIKUMI_ONEDNN_INCLUDE_DIR}/oneapi/dnnl/dnnl_version.h")
    file(STRINGS ${SHIKUMI_ONEDNN_INCLUDE_DIR}/oneapi/dnnl/dnnl_version.h major REGEX "define +DNNL_VERSION_MAJOR")
    string(REGEX REPLACE "[^0-9]" "" major "${major}")
endif()
set(shikumi_onednn_library ${CMAKE_SHARED_LIBRARY_PREFIX}dnnl${CMAKE_SHARED_LIBRARY_SUFFIX}.2)   # version 3 has another interface
find_library(SHIKUMI_ONEDNN_LIBRARY ${shikumi_onednn_library})
mark_as_advanced(SHIKUMI_ONEDNN_LIBRARY)
if(major STREQUAL "2" AND SHIKUMI_ONEDNN_LIBRARY)
    set(shikumi_have_onednn ON)
elseif(SHIKUMI_ONEDNN STREQUAL "AUTO")
    message(STATUS "shikumi: no oneDNN 2 (Debian: libdnnl-dev), so OpenBLAS computes all products")
else()
    list(APPEND shikumi_missing "oneDNN 2 (Debian: libdnnl-dev), or SHIKUMI_ONEDNN=OFF")
endif()
