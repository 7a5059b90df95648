/**
 * Owns a schema with every kind of field protobuf has, so that codecs are proved beyond the shapes our own files use:
 * oneofs, maps, 64-bit numbers, bytes, wrappers, well-known types, Any, recursion. Built here instead of compiled,
 * because it is no part of the wire.
 */
import { create, createFileRegistry, type DescMessage } from "@bufbuild/protobuf";
import { protoCamelCase } from "@bufbuild/protobuf/reflect";
import {
  type FieldDescriptorProto,
  FieldDescriptorProtoSchema,
  FileDescriptorProtoSchema,
  file_google_protobuf_any,
  file_google_protobuf_duration,
  file_google_protobuf_field_mask,
  file_google_protobuf_struct,
  file_google_protobuf_timestamp,
  file_google_protobuf_wrappers,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from "@bufbuild/protobuf/wkt";

const PACKAGE = "sessionstream.testing";

interface FieldOptions {
  readonly typeName?: string;
  readonly label?: Label;
  readonly oneofIndex?: number;
  readonly proto3Optional?: boolean;
}

/** The schema `sessionstream.testing.EveryShape`. */
export function everyShapeSchema(): DescMessage {
  const imports = [
    file_google_protobuf_any,
    file_google_protobuf_duration,
    file_google_protobuf_field_mask,
    file_google_protobuf_struct,
    file_google_protobuf_timestamp,
    file_google_protobuf_wrappers,
  ];
  const file = create(FileDescriptorProtoSchema, {
    name: "sessionstream/testing/every_shape.proto",
    package: PACKAGE,
    syntax: "proto3",
    dependency: imports.map(({ proto }) => proto.name),
    enumType: [
      {
        name: "Colour",
        value: ["COLOUR_UNSPECIFIED", "COLOUR_RED", "COLOUR_BLUE"].map((name, number) => ({ name, number })),
      },
    ],
    messageType: [everyShape()],
  });
  const registry = createFileRegistry(file, (name) => imports.find(({ proto }) => proto.name === name));
  const schema = registry.getMessage(`${PACKAGE}.EveryShape`);
  if (schema === undefined) throw new Error("The schema built here must contain its own message");
  return schema;
}

function everyShape() {
  const fields: FieldDescriptorProto[] = [];
  const add = (name: string, type: Type, { label = Label.OPTIONAL, ...rest }: FieldOptions = {}): void => {
    fields.push(
      create(FieldDescriptorProtoSchema, {
        name,
        type,
        label,
        number: fields.length + 1,
        jsonName: protoCamelCase(name),
        ...rest,
      }),
    );
  };
  const self = { typeName: `.${PACKAGE}.EveryShape` };
  const colour = { typeName: `.${PACKAGE}.Colour` };
  const wellKnown = (name: string): FieldOptions => ({ typeName: `.google.protobuf.${name}` });

  for (const type of SCALARS) {
    const name = Type[type].toLowerCase();
    add(`one_${name}`, type);
    add(`many_${name}`, type, { label: Label.REPEATED });
  }
  add("one_colour", Type.ENUM, colour);
  add("many_colours", Type.ENUM, { ...colour, label: Label.REPEATED });
  add("child", Type.MESSAGE, self);
  add("children", Type.MESSAGE, { ...self, label: Label.REPEATED });
  for (const name of WELL_KNOWN) {
    add(`one_${name}`, Type.MESSAGE, wellKnown(name));
    add(`many_${name}`, Type.MESSAGE, { ...wellKnown(name), label: Label.REPEATED });
  }
  add("arm_text", Type.STRING, { oneofIndex: 0 });
  add("arm_number", Type.INT32, { oneofIndex: 0 });
  add("arm_child", Type.MESSAGE, { ...self, oneofIndex: 0 });
  add("arm_wrapper", Type.MESSAGE, { ...wellKnown("StringValue"), oneofIndex: 0 });
  add("maybe_text", Type.STRING, { oneofIndex: 1, proto3Optional: true });
  add("maybe_colour", Type.ENUM, { ...colour, oneofIndex: 2, proto3Optional: true });
  MAPS.forEach(([key]) => {
    add(mapName(key), Type.MESSAGE, { typeName: `${self.typeName}.${entryName(key)}`, label: Label.REPEATED });
  });
  return {
    name: "EveryShape",
    field: fields,
    oneofDecl: ["choice", "_maybe_text", "_maybe_colour"].map((name) => ({ name })),
    nestedType: MAPS.map(([key, type, typeName]) => ({
      name: entryName(key),
      options: { mapEntry: true },
      field: [
        { name: "key", jsonName: "key", number: 1, type: key, label: Label.OPTIONAL },
        {
          name: "value",
          jsonName: "value",
          number: 2,
          type,
          label: Label.OPTIONAL,
          ...(typeName === undefined ? {} : { typeName }),
        },
      ],
    })),
  };
}

const SCALARS = [
  Type.STRING,
  Type.BOOL,
  Type.BYTES,
  Type.DOUBLE,
  Type.FLOAT,
  Type.INT32,
  Type.UINT32,
  Type.INT64,
  Type.UINT64,
] as const;

const WELL_KNOWN = [
  "Struct",
  "Value",
  "ListValue",
  "Timestamp",
  "Duration",
  "FieldMask",
  "StringValue",
  "Int64Value",
  "Any",
];

const MAPS: readonly (readonly [key: Type, value: Type, typeName?: string])[] = [
  [Type.STRING, Type.STRING],
  [Type.INT32, Type.MESSAGE, `.${PACKAGE}.EveryShape`],
  [Type.BOOL, Type.ENUM, `.${PACKAGE}.Colour`],
  [Type.UINT64, Type.MESSAGE, ".google.protobuf.Struct"],
];

function mapName(key: Type): string {
  return `by_${Type[key].toLowerCase()}`;
}

/** As protoc names the entry message of a map field. */
function entryName(key: Type): string {
  const name = Type[key].toLowerCase();
  return `By${name[0]?.toUpperCase()}${name.slice(1)}Entry`;
}
