# The command shikumi. Its functions make a library of their own, so that tests can call them.
file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/command/*.cpp)
list(REMOVE_ITEM sources ${PROJECT_SOURCE_DIR}/command/main.cpp)
add_library(command_common STATIC ${sources})
set_target_properties(command_common PROPERTIES CXX_EXTENSIONS OFF)
target_include_directories(command_common PUBLIC ${PROJECT_SOURCE_DIR}/command)
target_link_libraries(command_common PUBLIC shikumi Boost::program_options PRIVATE shikumi_warnings)

add_executable(command command/main.cpp)
set_target_properties(command PROPERTIES
    CXX_EXTENSIONS OFF OUTPUT_NAME shikumi RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
target_link_libraries(command PRIVATE command_common shikumi_warnings)
if(SHIKUMI_SHARED)   # found beside it, wherever the prefix is moved
    cmake_path(RELATIVE_PATH CMAKE_INSTALL_FULL_LIBDIR
        BASE_DIRECTORY ${CMAKE_INSTALL_FULL_BINDIR} OUTPUT_VARIABLE libraries)
    set_target_properties(command PROPERTIES INSTALL_RPATH "$ORIGIN/${libraries}")
endif()
if(SHIKUMI_INSTALL)
    install(TARGETS command RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
