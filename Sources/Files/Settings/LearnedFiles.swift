public import Config
public import HAL

/// What a station has learned: all files of its state directory.
public enum LearnedFiles {
    /// Removes its identity, the peers that were paired or added, their secrets, the history of
    /// calls and what people have set.
    ///
    /// Settings stay, and with them peers that are in them, and the secrets that those name. Calls,
    /// roster and peers go first, and make room on a full disk: a station that is cut off in
    /// between has its key, and fewer peers. Flash memory may keep what was written for as long as
    /// it likes.
    ///
    /// - Parameter config: The settings in use.
    /// - Throws: the first file that cannot be removed; those before it are gone.
    public static func erase(_ config: Config) throws(SystemError) {
        let paths = config.paths
        let state = paths.directory
        try remove(from: "", of: state) { $0 != SiteFiles.channelsName }
        if config.namesOthers {
            // What settings name is no more soon, and the station must start all the same.
            let text = Array("# All that the station had learned is erased.\n".utf8)
            try state.write(text.span, to: SiteFiles.channelsName, mode: 0o640)
        } else {
            try state.remove(SiteFiles.channelsName)
        }
        try remove(from: Paths.learnedPeersName, of: state) { _ in true }
        let kept = secrets(of: config)
        try remove(from: Paths.keysName, of: state) { !kept.contains($0) }
    }

    private static func remove(
        from folder: String, of state: StateDirectory, where isLearned: (String) -> Bool
    ) throws(SystemError) {
        for name in try state.names(in: folder) where isLearned(name) {
            let file = folder.isEmpty ? name : "\(folder)/\(name)"
            if try state.status(of: file)?.isDirectory != true { try state.remove(file) }
        }
    }

    /// The files of secrets that peers in the settings name.
    private static func secrets(of config: Config) -> [String] {
        config.peers.compactMap { peer in
            guard case .file(let name) = peer.psk,
                !peer.pskOrigin.file.hasPrefix(config.paths.learnedPeers + "/")
            else { return nil }
            return name
        }
    }
}

extension Paths {
    /// The commands by which a person makes a station another one, with a key of its own.
    ///
    /// The daemon writes its volumes when it ends, so it is stopped first.
    public func keyAnew(on box: String) -> String {
        "on \(box): sudo systemctl stop intercomd, sudo find \(state) -mindepth 1 -delete, sudo"
            + " systemctl start intercomd"
    }
}
