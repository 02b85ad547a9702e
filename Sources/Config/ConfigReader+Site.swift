// The channels of the site, whose members are keys: a person may give a peer another name here.

extension ConfigReader {
    /// A section of the site's file as it would be in the main one; nil where it has no use.
    mutating func resolved(_ section: INI.Section) -> INI.Section? {
        guard config.site.takesSettings else { return nil }
        let name = section.name
        if let meaning = ReservedName.meaning(of: name) {
            ignore(section, "\(name) means \(meaning)")
            return nil
        }
        if let peer = config.peers.first(where: { $0.name == name }) {
            ignore(section, "that is the name of the peer at \(peer.origin)")
            return nil
        }
        guard hasRoom(for: name) else {
            ignore(section, "there are \(Limits.channels) channels already")
            return nil
        }
        var found = section
        for (place, entry) in section.entries.enumerated() where entry.key == "members" {
            let names = names(of: entry.value)
            // None of its stations is a peer here.
            guard !names.isEmpty else { return nil }
            found.entries[place] = INI.Entry(
                key: entry.key, value: names.joined(separator: ", "), origin: entry.origin)
        }
        return found
    }

    /// Whether there can be one more channel, and still one for each that a button names.
    private func hasRoom(for name: String) -> Bool {
        var awaited: Set<String> = []
        for button in config.buttons {
            if let name = button.talk?.name { awaited.insert(name) }
            for act in button.acts.values {
                switch act {
                case .call(let name), .page(let name), .mute(let name): awaited.insert(name)
                default: break
                }
            }
        }
        awaited.subtract(config.channels.map { $0.name } + config.peers.map { $0.name })
        awaited.subtract(["mic", "speaker", name])
        return config.channels.count + awaited.count < Limits.channels
    }

    private mutating func ignore(_ section: INI.Section, _ why: String) {
        warn(section.origin, "\(section.header) of the site is ignored: \(why)")
    }

    /// The peers that have these keys; everything else is kept, so that it is found to be wrong.
    private func names(of keys: String) -> [String] {
        keys.split(separator: ",").compactMap { item in
            let key = item.split(separator: " ").joined(separator: " ").lowercased()
            guard key.hasPrefix("intercom1:") else { return key }
            return config.peers.first { $0.key.lowercased() == key }?.name
        }
    }

    /// A button of a station in a site may name a channel that the site has no more, or not yet:
    /// what an introducer does far away must not make settings wrong here.
    ///
    /// - Returns: whether the button waits, with a warning.
    mutating func waitsForSite(
        _ name: String, _ origin: Origin, _ what: String, among names: [String]
    ) -> Bool {
        guard isInSite, config.site.takesSettings else { return false }
        let isThere = config.channels.contains { $0.name == name }
        // Without room for it, these settings are wrong whatever the site has.
        guard isThere || config.channels.count < Limits.channels else { return false }
        warn(origin, "\(what), and the site has none", nearestWord(to: name, among: names))
        if !isThere { addWaiting(channel: name, namedAt: origin) }
        return true
    }
}
