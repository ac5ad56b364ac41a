# Installs headers, library, and the files for find_package and pkg-config.
include(CMakePackageConfigHelpers)

install(TARGETS shikumi EXPORT shikumi-targets
    RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR}
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})

install(CODE "
    set(source_dir \"${PROJECT_SOURCE_DIR}\")
    set(destination \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_INCLUDEDIR}\")
    include(\"${PROJECT_SOURCE_DIR}/cmake/install_headers.cmake\")")
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

# find_package(shikumi CONFIG)
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/shikumi)
configure_package_config_file(cmake/shikumi-config.cmake.in shikumi-config.cmake INSTALL_DESTINATION ${package})
write_basic_package_version_file(shikumi-config-version.cmake COMPATIBILITY SameMinorVersion)
install(EXPORT shikumi-targets NAMESPACE shikumi:: DESTINATION ${package})
install(
    FILES ${PROJECT_BINARY_DIR}/shikumi-config.cmake ${PROJECT_BINARY_DIR}/shikumi-config-version.cmake
          cmake/dependencies.cmake
    DESTINATION ${package})

# pkg-config. Paths are relative to the file, so a moved prefix still works. Users of the static library must link its
# dependencies (Requires); the shared library links them itself (Requires.private).
cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX
    BASE_DIRECTORY ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig OUTPUT_VARIABLE shikumi_pc_prefix)
set(requires zlib)
set(libs)
if(shikumi_openblas_FOUND)
    list(PREPEND requires openblas)
else()
    list(APPEND libs -lopenblas)
endif()
if(shikumi_have_curl)
    list(APPEND requires libcurl libcrypto)
endif()
if(shikumi_have_zip)
    list(APPEND requires libzip)
endif()
if(shikumi_have_hdf5)
    list(APPEND libs ${SHIKUMI_HDF5_LIBRARY})
endif()
if(shikumi_have_png)
    list(APPEND requires libpng)
endif()
if(shikumi_have_jpeg)
    list(APPEND requires libjpeg)
endif()
if(shikumi_have_onednn)
    list(TRANSFORM CMAKE_DL_LIBS PREPEND -l OUTPUT_VARIABLE loader)
    list(APPEND libs ${loader})
endif()
list(APPEND libs -pthread)
if(shikumi_linker_drops_sections)
    list(APPEND libs -Wl,--gc-sections)
endif()
if(shikumi_linker_drops_libraries)
    list(PREPEND libs -Wl,--as-needed)
endif()
list(JOIN requires ", " requires)
list(JOIN libs " " libs)
if(SHIKUMI_SHARED)
    set(shikumi_pc_dependencies "Requires.private: ${requires}\nLibs: -L\${libdir} -lshikumi\nLibs.private: ${libs}")
else()
    set(shikumi_pc_dependencies "Requires: ${requires}\nLibs: -L\${libdir} -lshikumi ${libs}")
endif()
configure_file(cmake/shikumi.pc.in shikumi.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/shikumi.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
