#include <shikumi/plot/detail/write_file.hpp>

#include <system_error>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/core/new_file.hpp>

namespace shikumi::plot {

void detail::write_file(std::string_view caller, const std::filesystem::path& file,
                        std::string_view bytes) {
    std::error_code error;
    if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path(), error);
    if (error)
        fail<IoError>(caller, file.string(), ": its folder can't be made: ", error.message());
    shikumi::detail::NewFile out(caller, file);
    out.write(bytes);
    out.keep();
}

}  // namespace shikumi::plot
