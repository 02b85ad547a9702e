/// A setting that former versions had: it is warned of and has no effect, so that no new version
/// refuses the settings of an old one.
struct GoneSetting {
    /// The kind of its section.
    let section: String
    let name: String
    /// What happened, in one sentence.
    let why: String

    static let all = [
        GoneSetting(
            section: "pairing", name: "press-to-meet",
            why: "buttons pair by six digits only, as nothing else proves the other station")
    ]

    /// The former setting that an entry of a section has; nil where it is none.
    static func named(_ name: String, in section: String) -> GoneSetting? {
        all.first { $0.name == name && $0.section == section }
    }
}
