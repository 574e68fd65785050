//! The .proto files, compiled in memory, with their comments.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use prost_reflect::{
    DescriptorPool, EnumDescriptor, FileDescriptor, MessageDescriptor, ServiceDescriptor,
};

/// Describes protos themselves. Only custom options import it; no PHP needs it.
const DESCRIPTORS: &str = "google/protobuf/descriptor.proto";

/// Every type of the .proto files of one directory, and of their imports.
pub(crate) struct Contract {
    pool: DescriptorPool,
}

impl Contract {
    /// Compiles every .proto file under `root`.
    pub(crate) fn read(root: &Path) -> Result<Self, Box<dyn Error>> {
        let mut paths = Vec::new();
        find_protos(root, &mut paths)?;
        if paths.is_empty() {
            return Err(format!("no .proto file under {}", root.display()).into());
        }
        paths.sort();
        let mut compiler = protox::Compiler::new([root])?;
        compiler
            .include_imports(true)
            .include_source_info(true)
            .open_files(paths)?;
        let pool = DescriptorPool::from_file_descriptor_set(compiler.file_descriptor_set())?;
        Ok(Self { pool })
    }

    /// The whole contract as a serialized `FileDescriptorSet`.
    pub(crate) fn descriptors(&self) -> Vec<u8> {
        self.pool.encode_to_vec()
    }

    /// The messages, nested ones too; the entries of maps are none.
    pub(crate) fn messages(&self) -> impl Iterator<Item = MessageDescriptor> + '_ {
        self.pool
            .all_messages()
            .filter(|message| !message.is_map_entry() && is_spoken(&message.parent_file()))
    }

    /// The enums, nested ones too.
    pub(crate) fn enums(&self) -> impl Iterator<Item = EnumDescriptor> + '_ {
        self.pool
            .all_enums()
            .filter(|enumeration| is_spoken(&enumeration.parent_file()))
    }

    /// The services.
    pub(crate) fn services(&self) -> impl Iterator<Item = ServiceDescriptor> + '_ {
        self.pool.services()
    }

    /// The comment in front of what stands at `path` of `file`, line by line.
    pub(crate) fn comment(&self, file: &FileDescriptor, path: &[i32]) -> Vec<String> {
        let info = file.file_descriptor_proto().source_code_info.as_ref();
        let location = info
            .into_iter()
            .flat_map(|info| &info.location)
            .find(|location| location.path == path);
        location
            .and_then(|location| location.leading_comments.as_deref())
            .map(lines)
            .unwrap_or_default()
    }
}

fn lines(comment: &str) -> Vec<String> {
    let line = |text: &str| text.strip_prefix(' ').unwrap_or(text).trim_end().to_owned();
    comment.trim_end().lines().map(line).collect()
}

fn is_spoken(file: &FileDescriptor) -> bool {
    file.name() != DESCRIPTORS
}

fn find_protos(directory: &Path, found: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            find_protos(&path, found)?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == "proto")
        {
            found.push(path);
        }
    }
    Ok(())
}
