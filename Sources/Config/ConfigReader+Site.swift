// The channels of the site, whose members are keys: a person may give a peer another name here.
//
// Nothing in the site's file makes the settings of a station wrong, because it follows from what
// an introducer does far away: what cannot be is left out, with a warning.

extension ConfigReader {
    /// Reads the site's file, when everything else is read.
    mutating func readSite() {
        guard let site, config.site.takesSettings else { return }
        for mistake in site.mistakes { warn(mistake.origin, mistake.what, mistake.suggestion) }
        var names: [String: String] = [:]
        for peer in config.peers { names[peer.key.lowercased()] = peer.name }
        // A channel that a person has written here counts, and that is no fault.
        let own = config.channels.map { $0.name }
        for section in site.sections where !own.contains(section.name) {
            if let why = hindrance(of: section) {
                warn(section.origin, "\(section.header) of the site is ignored: \(why)")
            } else {
                read(section, names)
            }
        }
    }

    /// Why a section of the site's file can be no channel here; nil where it can.
    private func hindrance(of section: INI.Section) -> String? {
        let name = section.name
        guard section.kind == "channel", isName(name) else { return "it is no channel" }
        if let meaning = ReservedName.meaning(of: name) { return "\(name) means \(meaning)" }
        if let peer = config.peers.first(where: { $0.name == name }) {
            return "that is the name of the peer at \(peer.origin)"
        }
        if let own = config.channels.first(where: { $0.name == name }) {
            return "it is already at \(own.origin)"
        }
        return hasRoom(for: name) ? nil : "there are \(Limits.channels) channels already"
    }

    /// Whether there can be one more channel, and still one for each that a button names.
    private func hasRoom(for name: String) -> Bool {
        var awaited: Set<String> = []
        for button in config.buttons {
            if let name = button.talk?.name { awaited.insert(name) }
            awaited.formUnion(button.acts.values.compactMap { $0.channelName })
        }
        awaited.subtract(config.channels.map { $0.name } + config.peers.map { $0.name })
        awaited.subtract(["mic", "speaker", name])
        return config.channels.count + awaited.count < Limits.channels
    }

    /// Reads a channel, with the names that its members have here; one of which nobody is a peer
    /// here is none.
    private mutating func read(_ section: INI.Section, _ names: [String: String]) {
        var found = section
        found.entries = section.entries.compactMap { entry in
            guard entry.key == "members" else { return entry }
            let members = entry.value.split(separator: ",").compactMap { item in
                names[item.filter { $0 != " " }.lowercased()]
            }
            return members.isEmpty
                ? nil
                : INI.Entry(
                    key: entry.key, value: members.joined(separator: ", "), origin: entry.origin)
        }
        // Without members it would be a channel of all.
        guard found.entries.contains(where: { $0.key == "members" }) else { return }
        var channel = Config.Channel()
        var reader = SectionReader(found)
        reader.read(into: &channel)
        for mistake in reader.mistakes { warn(mistake.origin, mistake.what, mistake.suggestion) }
        if reader.mistakes.isEmpty { add(channel) }
    }

    /// Reports a peer that settings name and that is not there; in a site it may have gone with it.
    mutating func miss(_ name: String, _ origin: Origin, _ what: String, among names: [String]) {
        guard site == nil else {
            return warn(origin, what, nearestWord(to: name, among: names))
        }
        fail(origin, what, nearestWord(to: name, among: names))
    }

    /// A button of a station in a site may name a channel that the site has no more, or not yet, or
    /// a peer.
    ///
    /// - Parameters:
    ///   - name: The name.
    ///   - origin: Where it is named.
    ///   - what: What would be wrong without a site.
    ///   - names: Those that would be right.
    ///   - mayBeChannel: Whether it may be a channel, which it then is, without members.
    /// - Returns: whether the button waits, with a warning.
    mutating func waitsForSite(
        _ name: String, _ origin: Origin, _ what: String, among names: [String],
        mayBeChannel: Bool = true
    ) -> Bool {
        guard site != nil else { return false }
        let isThere = !mayBeChannel || config.channels.contains { $0.name == name }
        // Without room for it, these settings are wrong whatever the site has.
        guard isThere || config.channels.count < Limits.channels else { return false }
        addAwaited(
            Mistake(
                origin, mayBeChannel ? "\(what) now: nobody hears it" : "\(what) now",
                didYouMean: nearestWord(to: name, among: names)))
        if !isThere { add(Config.Channel(waiting: name, at: origin)) }
        return true
    }
}
