public import Config
public import HAL

/// The files of a station's state directory: everything that the station has learned.
public enum LearnedFiles {
    /// Removes the identity, the peers that were paired or added, their secrets, messages,
    /// recordings, the history of calls and the state that people have set.
    ///
    /// Settings stay, with their peers and those peers' secrets. Calls, roster and peers go first,
    /// which makes room on a full disk: a station that is cut off halfway still has its key, and
    /// fewer peers. Flash memory may keep old content for as long as it likes.
    ///
    /// - Parameter config: The settings in use.
    /// - Throws: The first file that cannot be removed; earlier files are gone.
    public static func erase(_ config: Config) throws(SystemError) {
        let paths = config.paths
        let state = paths.directory
        try remove(from: "", of: state) { $0 != SiteFiles.channelsName }
        if config.namesOthers {
            // Peers that settings name will soon be gone, and the station must still start.
            let text = Array("# All that the station had learned is erased.\n".utf8)
            try state.write(text.span, to: SiteFiles.channelsName, mode: 0o640)
        } else {
            try state.remove(SiteFiles.channelsName)
        }
        try remove(from: Paths.learnedPeersName, of: state) { _ in true }
        try remove(from: Paths.messagesName, of: state) { _ in true }
        let kept = secrets(of: config)
        try remove(from: Paths.keysName, of: state) { !kept.contains($0) }
        // Last: they may be many, and no key that is erased here opens them.
        try remove(from: Paths.recordingsName, of: state) { _ in true }
    }

    private static func remove(
        from folder: String, of state: StateDirectory, where isLearned: (String) -> Bool
    ) throws(SystemError) {
        for name in try state.names(in: folder) where isLearned(name) {
            let file = folder.isEmpty ? name : "\(folder)/\(name)"
            if try state.status(of: file)?.isDirectory != true { try state.remove(file) }
        }
    }

    /// Returns the files of secrets that peers in the settings name.
    private static func secrets(of config: Config) -> [String] {
        config.peers.compactMap { peer in
            guard case .file(let name) = peer.psk,
                !peer.pskOrigin.file.hasPrefix(config.paths.learnedPeers + "/")
            else { return nil }
            return name
        }
    }
}
