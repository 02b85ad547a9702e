/// The kind of word that a command or an option takes at one place, for shells to complete.
enum Expected: Sendable, Equatable {
    /// Any text: there is nothing to suggest.
    case anything
    case oneOf([String])
    case peer
    /// A peer or a channel.
    case target
    /// What `mute` takes.
    case mutable
    case button
    case lamp
    case relay
    /// A command, as one word or two.
    case command
    case file
    case folder
}
