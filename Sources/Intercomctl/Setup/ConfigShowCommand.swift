internal import Config
internal import Control
internal import Files
internal import HAL

/// `config show --effective`: what the files say together, every default included.
func showConfig(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let config = try readConfig(ConfigFolder(invocation.configFolder))
    guard invocation.isJSON else {
        try printText(config.effective)
        return .ok
    }
    var sections = JSON.array()
    for section in config.effectiveSections {
        var settings = JSON.object()
        for (key, value) in section.entries { settings.set(key, JSON(value)) }
        var json = JSON.object()
        json.set("section", JSON(section.kind))
        json.set("name", section.name.isEmpty ? .null() : JSON(section.name))
        if let file = section.file { json.set("file", JSON(file)) }
        json.set("settings", settings)
        sections.append(json)
    }
    try printListing("sections", sections)
    return .ok
}

/// The configuration in a folder, or everything that is wrong with it.
func readConfig(_ folder: ConfigFolder) throws(Failure) -> Config {
    let sources: [ConfigSource]
    do throws(SystemError) {
        sources = try folder.sources()
    } catch {
        throw Failure(error)
    }
    do throws(ConfigError) {
        return try Config(sources, paths: folder.paths)
    } catch {
        throw Failure(.failed, error.description)
    }
}
